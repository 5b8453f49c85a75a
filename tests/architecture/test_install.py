"""What the base install brings, and what a refused prompt has to wait for."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_base_install_brings_no_torch() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[<>=\[ ]", line)[0] for line in project["dependencies"]}
    assert names.isdisjoint({"torch", "tensorflow", "jax", "transformers", "diffusers"})


def test_every_dependency_is_pinned_by_the_constraints() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["test"] + extras["faces"] + extras["ocr"]
    names = {re.split(r"[<>=\[ ]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names - {"cleardance"} <= pinned


def test_a_refusal_loads_no_decoder_no_renderer_and_no_signer(tmp_path: Path) -> None:
    script = f"""
import sys
from cleardance.cli.main import cli
arguments = ["--home", {str(tmp_path / "home")!r}, "generate", "Squid Game", "-o", "x.mp4"]
assert cli.main(arguments, standalone_mode=False) == 3
print(sorted({{"av", "cv2", "c2pa", "pdqhash", "resvg_py", "alembic"}} & set(sys.modules)))
"""
    home = [sys.executable, "-m", "cleardance.cli.main", "--home", str(tmp_path / "home")]
    subprocess.run([*home, "registry", "list"], check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout.decode().splitlines()[-1] == "[]"
