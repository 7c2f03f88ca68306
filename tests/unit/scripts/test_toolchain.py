import platform
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from urllib.error import URLError

import pytest

from scripts.toolchain import terraform, uv
from scripts.toolchain.basics import MissingTool, fingerprint, is_current, last_line, run


def test_a_program_that_is_absent_fails_with_a_code_and_its_name() -> None:
    assert run(["no-such-program"]) == (127, "no-such-program not found")


def test_a_program_that_hangs_fails_with_a_code() -> None:
    code, said = run([sys.executable, "-c", "import time; time.sleep(9)"], timeout=0.2)

    assert code == 124
    assert "no answer" in said


def test_the_last_line_names_the_cause() -> None:
    assert last_line("trying\n\nerror: no such host\n\n") == "error: no such host"
    assert last_line("") == "no output"


def test_a_stamp_is_current_for_the_same_content_only(tmp_path: Path) -> None:
    pinned, stamp = tmp_path / "dev.txt", tmp_path / "stamp"
    pinned.write_text("rich==15.0.0")
    stamp.write_text(fingerprint("3.13", pinned))
    assert is_current(stamp, fingerprint("3.13", pinned))

    pinned.write_text("rich==15.0.1")

    assert not is_current(stamp, fingerprint("3.13", pinned))


def test_a_mirror_named_by_the_user_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / terraform.PROVIDER / "5.100.0").mkdir(parents=True)
    monkeypatch.setenv("TF_PLUGIN_DIR", str(tmp_path))

    assert terraform.find_mirror() == tmp_path


def test_a_download_that_does_not_match_its_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terraform, "find_terraform", lambda: None)
    monkeypatch.setattr(terraform, "TOOLS", tmp_path)
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("terraform", "changed on the way")

    def download(url: str) -> bytes:
        if not url.endswith("SHA256SUMS"):
            return archive.getvalue()
        machine = terraform.MACHINES[platform.machine().lower()]
        return f"{'0' * 64}  terraform_{terraform.VERSION}_{sys.platform}_{machine}.zip\n".encode()

    monkeypatch.setattr(terraform, "_download", download)

    with pytest.raises(MissingTool, match="does not match its published hash"):
        terraform.ensure_terraform()
    assert not list(tmp_path.rglob("terraform*.zip"))


def test_without_a_network_the_mend_is_to_install_terraform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unreachable(_: str) -> bytes:
        raise URLError("no such host")

    monkeypatch.setattr(terraform, "find_terraform", lambda: None)
    monkeypatch.setattr(terraform, "TOOLS", tmp_path)
    monkeypatch.setattr(terraform, "_download", unreachable)

    with pytest.raises(MissingTool, match="install it and put it on PATH"):
        terraform.ensure_terraform()


def test_pips_sources_are_handed_to_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "global.index-url='http://127.0.0.1/simple'\nglobal.timeout='60'\n:env:.cert='/etc/ca.pem'"
    monkeypatch.setattr(uv, "run", lambda *_, **__: (0, said))
    for name in ("UV_DEFAULT_INDEX", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)

    assert uv.pip_settings() == {"UV_DEFAULT_INDEX": "http://127.0.0.1/simple", "SSL_CERT_FILE": "/etc/ca.pem"}


def test_what_the_user_told_uv_itself_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uv, "run", lambda *_, **__: (0, "global.index-url='http://127.0.0.1/simple'"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1/mine")

    assert uv.pip_settings() == {}
