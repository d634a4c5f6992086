"""The text of a post that comes as HTML, as a reader sees it."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

HIDDEN = frozenset({"script", "style", "template", "noscript", "head", "iframe", "object"})
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "li", "ol", "p", "pre", "table", "tr", "ul",
})  # fmt: skip
"""Elements that begin and end a line."""
MAX_HTML = 200_000
"""Characters that are parsed: twenty times the longest text that is kept."""
MAX_DEPTH = 200
"""Elements inside elements; what is deeper is left out. Browsers stop at 512."""
_SPACES, _BREAKS = re.compile(r"[ \t\r\f\xa0]+"), re.compile(r" ?\n ?")


def extract_html_text(html: str) -> str:
    """Return the text with line breaks where elements break lines; links keep their text and lose their address."""
    if "<" not in html and "&" not in html:
        return html.strip()
    parts: list[str] = []
    body = LexborHTMLParser(html[:MAX_HTML]).body
    if body is not None:
        _collect_text(body, parts, 0)
    text = _BREAKS.sub("\n", _SPACES.sub(" ", "".join(parts)))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _collect_text(node: LexborNode, parts: list[str], depth: int) -> None:
    child = node.child
    while child is not None:
        tag = child.tag
        if tag == "-text":
            parts.append((child.text_content or "").replace("\n", " "))
        elif tag == "br":
            parts.append("\n")
        elif tag not in HIDDEN and depth < MAX_DEPTH:
            end = "\n\n" if tag == "p" else "\n" if tag in BLOCKS else ""
            if parts and not parts[-1].endswith(end):
                parts.append(end)
            _collect_text(child, parts, depth + 1)
            parts.append(end)
        child = child.next
