"""Which addresses users may point us at."""

import pytest

from shared.kernel.errors import Invalid
from shared.kernel.public_url import UnsafeUrl, checked_url, host_of, is_public

SPECIAL = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1",
    "192.0.0.9", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.175.48.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "233.252.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "168.63.129.16", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "100::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "ff02::1", "fec0::1",
]  # fmt: skip

HOSTILE = [
    "http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://0177.0.0.1/", "http://0/",
    "http://[::ffff:169.254.169.254]/", "http://①②⑦.⓪.⓪.①/", "http://169。254。169。254/",
    "http://127.0.0.1:80\\@example.com/", "http://example.com\\@169.254.169.254/", "http://user:pass@example.com/",
    "http://example.com#@127.0.0.1/", "http://127.0.0.1./", "http://LOCALHOST/", "http://[fe80::1%25eth0]/",
    "http://%31%32%37.0.0.1/", "http://example.com:80:80/", "http://exa\tmple.com/", "http:///path", "//example.com/",
    "file:///etc/passwd", "gopher://example.com/", "data:text/html,1", "ftp://example.com/", "http://example.com:22/",
]  # fmt: skip


@pytest.mark.parametrize("address", SPECIAL)
def test_a_special_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


def test_a_word_is_no_address() -> None:
    assert not is_public("example.com")


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_spelling_is_refused(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        checked_url(url)


@pytest.mark.parametrize("address", SPECIAL)
def test_a_special_address_in_a_url_is_refused(address: str) -> None:
    host = f"[{address}]" if ":" in address else address

    with pytest.raises(UnsafeUrl):
        checked_url(f"http://{host}/")


@pytest.mark.parametrize(
    "host",
    ["printer", "nas.local", "db.internal", "x.home.arpa", "svc.cluster.local", "a.localhost", "a..com", "-a.com"],
)
def test_a_name_of_a_private_network_is_refused(host: str) -> None:
    with pytest.raises(UnsafeUrl):
        checked_url(f"https://{host}/")


@pytest.mark.parametrize(
    "url", ["https://faß.de/", "http://example.com?@127.0.0.1/", "http://example.com\u2028.de/", "x" * 3000, ""]
)
def test_a_url_that_reads_in_two_ways_or_in_none_is_refused(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        checked_url(url)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTPS://Www.Example.COM", "https://www.example.com/"),
        ("http://example.com:80/a?b=1#c", "http://example.com/a?b=1"),
        ("https://example.com.:443/", "https://example.com/"),
        ("https://bücher.de/ö?q=ü", "https://xn--bcher-kva.de/%C3%B6?q=%C3%BC"),
        ("https://example.com:8443/a%20b", "https://example.com:8443/a%20b"),
        ("http://1.1.1.1/", "http://1.1.1.1/"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
    ],
)
def test_a_public_url_is_brought_to_its_normal_form(url: str, normal: str) -> None:
    assert checked_url(url) == normal
    assert checked_url(normal) == normal


def test_an_unsafe_url_is_the_caller_s_mistake() -> None:
    assert issubclass(UnsafeUrl, Invalid)
    assert UnsafeUrl.code == "url/unsafe"


def test_the_host_is_the_name_politeness_goes_by() -> None:
    assert host_of("https://Shop.example:8443/x") == "shop.example"
