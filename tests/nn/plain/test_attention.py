import numpy as np
import pytest

from glassnet.nn.plain import attention_backward, attention_forward


@pytest.mark.parametrize("causal", [False, True])
def test_agrees_with_pytorch(causal: bool, generator: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    q, k, v, do = generator.standard_normal((4, 5, 3))
    tensors = [torch.tensor(array, requires_grad=True) for array in (q, k, v)]
    theirs = torch.nn.functional.scaled_dot_product_attention(
        *(tensor[None, None] for tensor in tensors), is_causal=causal
    )[0, 0]
    theirs.backward(torch.tensor(do))
    o, A = attention_forward(q, k, v, causal)
    np.testing.assert_allclose(o, theirs.detach().numpy(), atol=1e-14)
    for found, tensor in zip(attention_backward(do, q, k, v, A), tensors, strict=True):
        np.testing.assert_allclose(found, tensor.grad.numpy(), atol=1e-14)


def test_equal_keys_are_read_alike() -> None:
    q, k, v = np.ones((3, 2)), np.ones((3, 2)), np.array([[3.0], [6.0], [9.0]])
    o, A = attention_forward(q, k, v, causal=True)
    np.testing.assert_allclose(o[:, 0], [3, 4.5, 6])
    np.testing.assert_allclose(A, [[1, 0, 0], [1 / 2, 1 / 2, 0], [1 / 3, 1 / 3, 1 / 3]])
