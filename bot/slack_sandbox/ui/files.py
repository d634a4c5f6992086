"""What was uploaded, given back: pictures to be looked at, anything else only to be kept."""

from aiohttp import web

PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
"""By their first bytes, whatever their name says. No SVG: that can hold a script."""


def build_file_response(name: str, content: bytes) -> web.Response:
    kind = next((kind for first, kind in PICTURES.items() if content.startswith(first)), "")
    if kind:
        return web.Response(body=content, content_type=kind)
    plain = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)
    kept = {"Content-Disposition": f'attachment; filename="{plain or "file"}"'}
    return web.Response(body=content, content_type="application/octet-stream", headers=kept)
