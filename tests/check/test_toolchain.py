"""A check finds its program, interpreter and packages inside the sandbox, and nothing else of HOME."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from tests.check.check_support import STATE, require

from fretsaw.cancel import Cancel
from fretsaw.check import CheckEnvironment, make_check
from fretsaw.check.toolchain import toolchain
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    for name in (".ssh", ".config/app", "code/repo", "code/library", "tools/bin"):
        (home / name).mkdir(parents=True)
    (home / ".ssh" / "id_rsa").write_text("secret")
    (home / "code" / "library" / "library.py").write_text("value = 'library'\n")
    return home


def run(
    home: Path, argv: tuple[str, ...], path: str = "", isolation: str = "bwrap", confirmed: tuple[str, ...] = ()
) -> CheckResult:
    """A check in `code/repo` of this HOME; the isolation is not tried again, as its tests do that."""
    environ = {"HOME": str(home), "PATH": f"{path}:/usr/bin:/bin" if path else "/usr/bin:/bin"}
    require(isolation)
    settings = Settings(sandbox=isolation)  # type: ignore[arg-type]
    around = CheckEnvironment(STATE, environ, confirmed=confirmed)
    return make_check(home / "code" / "repo", argv, settings, Cancel(), around)({})


def environment(folder: Path) -> Path:
    """A virtual environment of the interpreter that runs this, wherever that lies."""
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    return folder


@pytest.mark.parametrize("isolation", ["bwrap", "landlock"])
@pytest.mark.parametrize("place", ["env", "code/repo/.venv"])
def test_a_virtual_environment(home: Path, place: str, isolation: str) -> None:
    folder = environment(home / place)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "installed.py").write_text("value = 'installed'\n")
    (site / "editable.pth").write_text(f"{home}/code/library\n{home}/.ssh\n")
    script = f"import installed, library; print(installed.value, library.value); open('{home}/.ssh/id_rsa')"
    if place.startswith("code/repo"):  # what the repository holds opens nothing before the user says so
        result = run(home, ("python", "-c", script), str(folder / "bin"), isolation)
        assert result.state == "red"
        assert f"agent check --show {home}/code/library" in result.cause
    confirmed = (f"{home}/code/library",) if place.startswith("code/repo") else ()
    result = run(home, ("python", "-c", script), str(folder / "bin"), isolation, confirmed)
    assert "installed library\n" in result.output, result
    assert "Permission denied" in result.output or "No such file" in result.output
    assert "id_rsa" not in run(home, ("ls", str(home / ".ssh")), str(folder / "bin"), isolation).output


def test_a_script_that_names_its_interpreter(home: Path) -> None:
    folder = environment(home / "env")
    tool = home / "tools" / "bin" / "tool"
    tool.write_text(f"#!{folder}/bin/python\nprint('it ran')\n")
    tool.chmod(0o755)
    assert run(home, ("tool",), str(tool.parent)).output == "it ran\n"
    assert run(home, (str(tool),)).output == "it ran\n"


def test_a_program_of_the_repository(home: Path) -> None:
    script = home / "code" / "repo" / "check.sh"
    script.write_text("#!/bin/sh\necho from $PWD\n")
    script.chmod(0o755)
    for isolation in ("bwrap", "landlock", "none"):
        assert run(home, ("./check.sh",), isolation=isolation).output == f"from {home}/code/repo\n"


def test_home_is_empty_but_for_tools(home: Path) -> None:
    (home / ".cargo" / "bin").mkdir(parents=True)
    (home / ".cargo" / "credentials.toml").write_text("token")
    result = run(
        home, ("sh", "-c", f"ls -A {home} {home}/.cargo {home}/code; echo $HOME; ls -A $HOME"), f"{home}/tools/bin"
    )
    shown = result.output
    assert ".ssh" not in shown
    assert ".config" not in shown
    assert "credentials" not in shown
    assert "library" not in shown
    assert "/tmp/home" in shown


def test_a_home_that_is_nowhere_usual_is_hidden(home: Path) -> None:
    link = home.parent / "link"
    link.symlink_to(home)
    result = run(link, ("sh", "-c", f"cat {home}/.ssh/id_rsa {link}/.ssh/id_rsa"))
    assert "secret" not in result.output


def test_links_in_the_repository_show_nothing(home: Path) -> None:
    repo = home / "code" / "repo"
    (repo / "key").symlink_to(home / ".ssh" / "id_rsa")
    bad = repo / "venv"
    bad.mkdir()
    (bad / "pyvenv.cfg").write_text(f"home = {home}/.ssh\n")
    (repo / "tool").symlink_to(home / ".ssh" / "id_rsa")
    (home / ".ssh" / "id_rsa").chmod(0o755)
    assert "secret" not in run(home, ("cat", "key")).output
    assert not any(".ssh" in path for path in toolchain(repo, ("./tool",), {"HOME": str(home), "PATH": "/bin"}).shown)


def test_a_file_laid_over_a_link_does_not_go_through_it(home: Path) -> None:
    repo = home / "code" / "repo"
    (repo / "link").symlink_to(home / ".ssh")
    (repo / "file").symlink_to(home / ".ssh" / "id_rsa")
    for isolation in ("bwrap", "landlock", "none"):
        settings = Settings(sandbox=isolation)
        require(isolation)
        check = make_check(repo, ("cat", "file"), settings, Cancel(), CheckEnvironment(STATE))
        assert check({"link/id_rsa": "spoiled"}).state == "error"
        assert check({"../escaped": "spoiled"}).state == "error"
        assert check({"file": "laid over\n"}).output == "laid over\n"
    assert (home / ".ssh" / "id_rsa").read_text() == "secret"
    assert not (home / "code" / "escaped").exists()


def test_the_local_network_is_there_and_the_machine_s_is_not(home: Path) -> None:
    script = (
        "import socket, threading\nwith socket.create_server(('127.0.0.1', 0)) as server:\n"
        "    client = socket.create_connection(server.getsockname()); print('own server')\n"
        "try:\n    socket.create_connection(('192.0.2.1', 80), 1)\n"
        "except OSError as error:\n    print(type(error).__name__)\n"
    )
    result = run(home, (sys.executable, "-c", script))
    assert result.output.splitlines() == ["own server", "OSError"], result.output


def test_what_is_writable_is_ours(home: Path) -> None:
    """Every mount but these is read-only, so that nothing else of the user's can change, whoever owns it."""
    result = run(home, ("cat", "/proc/self/mountinfo"))
    mounts = [line.split() for line in result.output.splitlines()]
    writable = {mount[4] for mount in mounts if "rw" in mount[5].split(",")}
    kernel = {path for path in writable if path.startswith(("/proc", "/dev/"))}
    root = str(home.resolve() / "code" / "repo")
    assert len(mounts) > 10
    compiled = {"/tmp/home/.cache/go-build"}  # where there is Go: a folder of ours, later a layer that is thrown away
    assert writable - kernel - compiled == {root, "/tmp", "/var/tmp", "/tmp/fretsaw-report"}


def test_git_sees_no_repository(home: Path) -> None:
    repo = home / "code" / "repo"
    subprocess.run(["git", "init", "-q", str(repo)], check=True, env={"PATH": os.environ["PATH"], "HOME": str(home)})
    for isolation in ("bwrap", "landlock"):
        assert run(home, ("sh", "-c", "ls -A .git; git status"), isolation=isolation).exit_code == 128


def test_an_environment_that_the_repository_brings_opens_nothing_of_home(tmp_path: Path) -> None:
    """Its `.pth` files, its `pyvenv.cfg`, its links and its scripts name folders; only the user's PATH may."""
    home, root = tmp_path / "home", tmp_path / "home" / "code" / "repo"
    other = home / "work" / "other"
    (other / "bin").mkdir(parents=True)
    (other / "bin" / "python3").write_text("")
    site = root / ".venv" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    (root / "src").mkdir()
    (site / "e.pth").write_text(f"{other}\n{tmp_path}\n{home}\n{root}/src\n")
    (root / ".venv" / "pyvenv.cfg").write_text(f"home = {other}/bin\n")
    (root / "linked").symlink_to(other / "bin" / "python3")
    (root / "script").write_text(f"#!{other}/bin/python3\n")
    (root / "script").chmod(0o755)
    (other / "bin" / "python3").chmod(0o755)
    for program in (".venv/bin/python", "./linked", "./script"):
        tools = toolchain(root, (program,), {"HOME": str(home), "PATH": "/usr/bin:/bin"})
        assert not [path for path in tools.shown if Path(path).is_relative_to(home)], program
        assert "src" in tools.editable
    environ = {"HOME": str(home), "PATH": f"{root}/.venv/bin:/bin", "VIRTUAL_ENV": f"{root}/.venv"}
    active = toolchain(root, ("python",), environ)
    assert not [path for path in active.shown if Path(path).is_relative_to(home)]
    assert str(other) in active.withheld
    assert str(other) in toolchain(root, ("python",), environ, (str(other),)).shown


def test_pipes_and_sockets_never_block(tmp_path: Path) -> None:
    import os

    from fretsaw.check.run.masked_secrets import secret_values

    root = tmp_path / "repo"
    site = root / ".venv" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    for path in (root / ".env", root / ".venv" / "pyvenv.cfg", site / "x.pth", root / "tool"):
        os.mkfifo(path)
    (root / "tool").chmod(0o755)
    toolchain(root, ("./tool",), {"HOME": str(tmp_path), "PATH": "/bin"})
    assert secret_values(root, (".env",), {}) == ()


def test_folders_that_may_not_be_entered_are_no_error(tmp_path: Path) -> None:
    """PYENV_ROOT of another user's session, as after `su`: what cannot be looked at is not shown."""
    shut = tmp_path / "shut"
    (shut / "pyenv" / "bin").mkdir(parents=True)
    shut.chmod(0)
    environ = {"HOME": str(tmp_path / "home"), "PATH": f"{shut}/pyenv/bin:/bin", "PYENV_ROOT": f"{shut}/pyenv"}
    script = f"""
import os, sys
from pathlib import Path
from fretsaw.check.toolchain import toolchain
if os.geteuid() == 0:
    os.setuid(65534)
print(toolchain(Path({str(tmp_path)!r}), ("sh",), {environ!r}).program)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    shut.chmod(0o700)
    assert ran.stdout == "/bin/sh\n", ran.stderr
