from cleardance.world.shelf import Shelf


def test_what_was_used_least_recently_goes_when_the_budget_is_spent() -> None:
    shelf = Shelf[bytes](budget_bytes=5000, size=len)
    made: list[str] = []

    def make(name: str) -> bytes:
        made.append(name)
        return bytes(2000)

    for name in ("a", "b", "a", "c", "a", "b"):
        shelf.get(name, lambda name=name: make(name))  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]


def test_a_thing_larger_than_the_budget_is_kept_until_the_next() -> None:
    shelf = Shelf[bytes](budget_bytes=10, size=len)
    first = shelf.get("a", lambda: bytes(99))
    assert shelf.get("a", lambda: bytes(1)) is first
    shelf.get("b", lambda: bytes(5))
    assert shelf.get("a", lambda: bytes(1)) == bytes(1)
