"""What other sites, strangers and old cookies get: nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from tests.server.pages.conftest import PASSWORD, Served

from cleardance.server.pages.render import static_url


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found
    return found[1]


@contextmanager
def entered(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, follow_redirects=True, timeout=60) as client:
        page = client.get(f"/welcome?code={served.setup_code}")
        fields = {"csrf": token_in(page), "name": "mara", "password": PASSWORD}
        path = "/welcome" if "/welcome" in str(page.url) else "/signin"
        answer = client.post(path, data={**fields, "code": served.setup_code})
        assert str(answer.url).endswith("/studio")
        yield client


def test_a_form_from_another_site_does_nothing(served: Served) -> None:
    with entered(served) as client:
        for csrf in ("", "made-up"):
            answer = client.post("/studio", data={"csrf": csrf, "prompt": "A kite"})
            assert answer.status_code == 403
        assert "A kite" not in client.get("/studio").text


def test_signing_in_gives_a_new_cookie_and_out_ends_the_old(served: Served) -> None:
    with httpx.Client(base_url=served.url, timeout=60) as client:
        before = client.get("/signin").cookies["cleardance"]
        client.cookies.set("cleardance", before)
    with entered(served) as client:
        token = client.cookies["cleardance"]
        assert token != before
        page = client.get("/studio")
        client.post("/signout", data={"csrf": token_in(page)})
        client.cookies.set("cleardance", token)
        assert "/signin" in str(client.get("/studio").url)


def test_pages_are_framed_by_nobody_and_load_nothing_from_elsewhere(served: Served) -> None:
    answer = httpx.get(f"{served.url}/verify")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text


def test_after_signing_in_nobody_is_led_to_another_site(served: Served) -> None:
    for path in ("//evil.example", "https://evil.example", "/\\evil.example"):
        page = httpx.get(f"{served.url}/signin", params={"next": path}, follow_redirects=True)
        assert "evil.example" not in page.text


def test_without_the_code_nobody_becomes_the_first_operator(served: Served) -> None:
    with httpx.Client(base_url=served.url, follow_redirects=True, timeout=60) as client:
        page = client.get("/welcome")
        if "/welcome" not in str(page.url):
            return  # another test of this module was faster: there is an operator
        fields = {"csrf": token_in(page), "name": "eve", "password": PASSWORD, "code": "guess"}
        assert client.post("/welcome", data=fields).status_code == 400
        assert "/welcome" in str(client.get("/").url)


def test_a_page_is_small(served: Served) -> None:
    with entered(served) as client:
        page = client.get("/studio")
        loaded = [
            client.get(path) for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        ]
    assert {one.headers["content-encoding"] for one in loaded} == {"gzip"}
    assert "content-encoding" not in page.headers  # what is one visitor's is not compressed
    assert sum(one.num_bytes_downloaded for one in [page, *loaded]) < 60_000


def test_whoever_takes_nothing_compressed_gets_static_files_as_they_are(served: Served) -> None:
    path = served.url + static_url("page.js")
    plain = httpx.get(path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == httpx.get(path).text
    for name in ("../render.py", "nothing.js"):
        assert httpx.get(f"{served.url}/static/{name}").status_code == 404
