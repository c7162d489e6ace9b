"""The documents of the project, and what can be read off them: tables, code, links, headings."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
JOBS_README = ROOT / "pipelines" / "README.md"
LIBRARY_README = ROOT / "foley_core" / "README.md"
CLUSTER_README = ROOT / "cluster" / "README.md"
SERVICE_README = ROOT / "pipelines" / "service" / "README.md"
CORRECTIONS_README = ROOT / "pipelines" / "corrections" / "README.md"
DELIVERY_README = ROOT / "pipelines" / "delivery" / "README.md"
PRIVACY_README = ROOT / "pipelines" / "privacy" / "README.md"
MODELS_README = ROOT / "foley_core" / "models" / "README.md"
EVALUATION_README = ROOT / "foley_core" / "evaluation" / "README.md"
DOCUMENTS = [
    README,
    JOBS_README,
    LIBRARY_README,
    CLUSTER_README,
    SERVICE_README,
    CORRECTIONS_README,
    DELIVERY_README,
    PRIVACY_README,
    MODELS_README,
    EVALUATION_README,
]

_CODE_BLOCK = re.compile(r"^```.*?^```$", re.M | re.S)


def text_of(path: Path) -> str:
    """The whole document."""
    return path.read_text(encoding="utf-8")


def section(path: Path, heading: str) -> str:
    """The text below a heading, up to the next one that is not below it."""
    text = text_of(path)
    level, start = next(
        (len(found[1]), found.end())
        for found in re.finditer(r"^(#+) (.+)$", text, re.M)
        if found[2] == heading
    )
    after = re.search(rf"^#{{1,{level}}} ", text[start:], re.M)
    return text[start : start + after.start()] if after else text[start:]


def table(text: str) -> list[list[str]]:
    """The cells of the first table, row by row, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|") or not line.strip()]
    first = next(index for index, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows[2:]


def named(text: str) -> list[str]:
    """The words between backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def blocks(text: str, language: str = "") -> list[str]:
    """The code blocks of a language, without their fences."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def links(path: Path) -> list[str]:
    """The targets of all links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", _CODE_BLOCK.sub("", text_of(path)))


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _CODE_BLOCK.sub("", text_of(path)), re.M)
    kept = [re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in kept}


def folders_with_code(below: Path) -> set[str]:
    """Folders that hold Python files, as paths below `below`; `below` itself is an empty one."""
    found = {path.parent.relative_to(below).as_posix() for path in below.rglob("*.py")}
    return {"" if folder == "." else folder for folder in found}
