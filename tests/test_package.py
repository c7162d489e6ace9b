"""The distribution: its wheel is whole, its lock is what the tests run on."""

import re
import shutil
import subprocess
import sys
import tomllib
from email.message import Message
from email.parser import Parser
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import foley_core

ROOT = Path(__file__).parents[1]
PACKAGES = ("foley_core", "pipelines")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
NAME = "foley-catalogue"


def locked() -> dict[str, str]:
    """The exact version of every library in the lock."""
    lines = (ROOT / "cluster" / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines]
    assert all(len(pin) == 2 and re.fullmatch(r"[\w.]+", pin[1]) for pin in pins)
    return {canonicalize_name(name): pinned for name, pinned in pins}


def requirements() -> list[Requirement]:
    """The requirements of the package and its extras, without the package itself."""
    lines = [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]
    return [one for line in lines if (one := Requirement(line)).name != NAME]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """A wheel built from a copy of the sources, without a network."""
    folder = tmp_path_factory.mktemp("package")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    build = "import setuptools.build_meta as backend; backend.build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=folder, check=True, capture_output=True)
    (built,) = (folder / "dist").glob("*.whl")
    return ZipFile(built)


def described(wheel: ZipFile, name: str) -> str:
    """The text of one file of the wheel's description."""
    (found,) = [entry for entry in wheel.namelist() if entry.endswith(f".dist-info/{name}")]
    return wheel.read(found).decode("utf-8")


def test_the_wheel_holds_every_file_of_the_packages_but_pictures(wheel: ZipFile) -> None:
    sources = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not {"__pycache__", "pictures"} & set(path.parts)
    }
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == sources


def test_the_wheel_says_what_it_is_and_holds_the_licence(wheel: ZipFile) -> None:
    metadata: Message = Parser().parsestr(described(wheel, "METADATA"))
    assert metadata["Name"] == NAME
    assert metadata["Version"] == foley_core.__version__
    assert described(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_wheel_installs_the_command(wheel: ZipFile) -> None:
    (line,) = re.findall(r"^foley = (\S+)$", described(wheel, "entry_points.txt"), re.M)
    assert callable(EntryPoint("foley", line, "console_scripts").load())


def test_no_requirement_is_open() -> None:
    for requirement in requirements():
        signs = {part.operator for part in requirement.specifier}
        if requirement.name not in ("setuptools", "types-PyYAML"):
            assert signs == {">=", "<"}, requirement


def test_the_lock_satisfies_every_requirement() -> None:
    pins = locked()
    for requirement in requirements():
        pinned = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pinned), (requirement, pinned)


def test_the_lock_is_what_the_tests_run_on() -> None:
    # Not those that setuptools holds for itself, and adds to the path when something imports it.
    folders = [path for path in sys.path if "_vendor" not in path]
    installed: dict[str, str] = {
        canonicalize_name(d.name): d.version.split("+")[0] for d in distributions(path=folders)
    }
    apart = {
        name: (pinned, installed[name])
        for name, pinned in locked().items()
        if installed.get(name, pinned) != pinned
    }
    assert apart == {}, "run `make setup`, or after a change of dependencies `make lock`"


def test_the_manifests_name_the_locked_ray() -> None:
    job = yaml.safe_load((ROOT / "cluster" / "rayjob.yaml").read_text(encoding="utf-8"))
    assert job["spec"]["rayClusterSpec"]["rayVersion"] == locked()["ray"]


def test_every_hint_names_our_distribution_and_an_extra_of_it() -> None:
    told = [ROOT / "Makefile", ROOT / "README.md", *(ROOT / "cluster").iterdir()]
    told += [path for package in PACKAGES for path in (ROOT / package).rglob("*.[pm][yd]")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in told)
    hints = re.findall(r"pip install[^`\n]*?([\w-]+)\[([\w,]+)\]", text)
    assert len(hints) >= 2
    for name, extras in hints:
        assert name == NAME
        assert set(extras.split(",")) <= EXTRAS.keys()
