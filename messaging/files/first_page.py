"""A program of its own: reads a PDF from its input, writes its first page as WebP to its output.

It limits itself before it looks at a byte, and imports nothing of ours. pdfium is built without
JavaScript; forms are not drawn.
"""

import io
import resource
import sys

MOST_MEMORY_BYTES = 2**30
MOST_CPU_S = 10
MOST_WRITTEN_BYTES = 4 * 2**20
SIDE = 720
MOST_RATIO = 20


def main() -> int:
    """Draw it; 1 where that is not possible."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN_BYTES, MOST_WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    import pypdfium2

    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    page = document[0]
    width, height = page.get_size()
    shorter, longer = sorted((width, height))
    if shorter < 1 or longer > shorter * MOST_RATIO:
        return 1
    drawn = page.render(scale=SIDE / longer, may_draw_forms=False).to_pil()
    target = io.BytesIO()
    drawn.convert("RGB").save(target, "WEBP", quality=80, method=3)
    sys.stdout.buffer.write(target.getvalue())
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception:
        # Broken documents raise whatever their reader stumbles over.
        sys.exit(1)
