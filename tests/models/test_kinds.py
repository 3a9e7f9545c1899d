from glassnet.models import NETWORKS


def test_each_kind_has_a_name_of_its_own() -> None:
    assert len(NETWORKS) == 12
    for kind, network in NETWORKS.items():
        assert network.kind == kind
