"""PDF files for tests, written by hand: honest ones, and such as somebody means harm with."""

import zlib
from collections.abc import Sequence

A4 = (595, 842)


def pdf(
    *pages: str,
    size: tuple[float, float] = A4,
    ballast: int = 0,
    links: Sequence[str] = (),
    catalogue: str = "",
    trailer: str = "",
    more: Sequence[str | bytes] = (),
) -> bytes:
    """A document with one line on each page; `links` lie on the first.

    `more` are further objects, from 4 on.
    """
    extra = list(more)
    first_page = 4 + len(extra)
    numbers = [first_page + 2 * index for index in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects: list[str | bytes] = [
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *extra,
    ]
    annotations = [
        f"<< /Type /Annot /Subtype /Link /Rect [60 {680 - 60 * n} 360 {730 - 60 * n}] {link} >>"
        for n, link in enumerate(links)
    ]
    for number, words in zip(numbers, pages, strict=True):
        on_page = f"/Annots [{' '.join(annotations)}]" if number == first_page else ""
        drawn = f"% {'x' * ballast}\nBT /F1 36 Tf 60 {size[1] - 100:.0f} Td ({words}) Tj ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {number + 1} 0 R {on_page} >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    return _written(objects, trailer)


def with_script() -> bytes:
    """It wants to run a script as soon as it is opened, and to lead away."""
    script = "app.alert('ran'); fetch('/api/v1/me'); document.title = 'ran'"
    return pdf(
        "harmless words",
        catalogue="/OpenAction 4 0 R /Names << /JavaScript << /Names [(a) 4 0 R] >> >>",
        more=[f"<< /S /JavaScript /JS ({script.replace('(', '\\(').replace(')', '\\)')}) >>"],
    )


def with_password() -> bytes:
    """It opens with a password that nobody has."""
    encrypt = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>"
    return pdf(
        "secret",
        more=[encrypt],
        trailer=f"/Encrypt 4 0 R /ID [<{'43' * 16}> <{'43' * 16}>]",
    )


def broken() -> bytes:
    """It says that it is a PDF, and is not."""
    return b"%PDF-1.7\n" + bytes(range(256)) * 20


def _written(objects: list[str | bytes], trailer: str) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        written = content.encode("latin-1") if isinstance(content, str) else content
        out += b"%d 0 obj\n%b\nendobj\n" % (number, written)
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    head = f"<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>"
    out += f"trailer\n{head}\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def bomb(size_bytes: int) -> bytes:
    """A page whose content is small here and that many bytes once it is unpacked."""
    packer = zlib.compressobj(1)
    spaces = b" " * 2**20
    packed = b"".join(packer.compress(spaces) for _ in range(size_bytes // 2**20)) + packer.flush()
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    whole = pdf("bomb", more=[head + packed + b"\nendstream"])
    return whole.replace(b"/Contents 6 0 R", b"/Contents 4 0 R")
