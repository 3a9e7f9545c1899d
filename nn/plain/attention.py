"""Multi-head self-attention, one head of one sequence at a time."""

import numpy as np

from glassnet.nn.types import Array


def attention_forward(q: Array, k: Array, v: Array, causal: bool) -> tuple[Array, Array]:
    """Return what one head reads from one sequence.

    Parameters
    ----------
    q, k, v : array
        The queries, keys and values of all time steps.
    causal : bool
        A time step reads from itself and from those before it only.

    Returns
    -------
    o : array
        The outputs.
    A : array
        The weights; row t says where step t read.

    Shapes
    ------
    - q, k, v: (T, d)
    - o: (T, d)
    - A: (T, T)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import attention_forward
    >>> k = np.array([[0.0, 10.0], [10.0, 0.0]])
    >>> q, v = k[::-1], np.array([[1.0], [2.0]])
    >>> attention_forward(q, k, v, causal=False)[0]  # the queries ask for the other step's key
    array([[2.],
           [1.]])
    """
    steps, size = q.shape
    A, o = np.zeros((steps, steps)), np.zeros(v.shape)
    for t in range(steps):
        keys = range(t + 1) if causal else range(steps)
        exponentials = [np.exp(q[t] @ k[s] / np.sqrt(size)) for s in keys]
        for s in keys:
            A[t, s] = exponentials[s] / sum(exponentials)
            o[t] += A[t, s] * v[s]
    return o, A


def attention_backward(
    do: Array, q: Array, k: Array, v: Array, A: Array
) -> tuple[Array, Array, Array]:
    """Return the gradients of one head for one sequence.

    Parameters
    ----------
    do : array
        The gradient of the loss for the outputs.
    q, k, v : array
        What `attention_forward` got.
    A : array
        The weights that it returned.

    Returns
    -------
    dq, dk, dv : array
        The gradients for q, k and v.

    Shapes
    ------
    - do: (T, d)
    - q, k, v, dq, dk, dv: (T, d)
    - A: (T, T)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn.plain import attention_backward, attention_forward
    >>> q = k = v = np.eye(2)
    >>> o, A = attention_forward(q, k, v, causal=True)
    >>> dq, dk, dv = attention_backward(np.ones((2, 2)), q, k, v, A)
    >>> dv.round(2)  # the first value is read by both steps
    array([[1.33, 1.33],
           [0.67, 0.67]])
    """
    size = q.shape[1]
    dq, dk, dv = np.zeros(q.shape), np.zeros(k.shape), np.zeros(v.shape)
    for t in range(len(q)):
        dA = v @ do[t]  # of o[t] = Σ_s A[t, s] v[s]
        dS = A[t] * (dA - A[t] @ dA)  # of A[t] = softmax(S[t])
        for s in range(len(k)):
            dv[s] += A[t, s] * do[t]
            dq[t] += dS[s] * k[s] / np.sqrt(size)
            dk[s] += dS[s] * q[t] / np.sqrt(size)
    return dq, dk, dv
