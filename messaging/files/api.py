"""REST: files."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from core.api import answers
from core.errors import NotFound
from core.http import Request
from messaging.files import storage
from messaging.files.access import file_for
from messaging.files.download import download

router = Router(tags=["files"])


@router.get("/files/{file_id}", response=answers(None, 200, 206, 304))
def get_file(request: Request, file_id: UUID) -> HttpResponseBase:
    """A file's bytes, for whoever may read its message; one byte range is honoured."""
    file = file_for(request.actor, file_id)
    digest = bytes(file.sha256).hex()
    if f'"{digest}"' in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers={"ETag": f'"{digest}"'})
    wants = request.headers.get("Range")
    if request.headers.get("If-Range", f'"{digest}"') != f'"{digest}"':
        wants = None
    try:
        source = storage.open_kept(file.storage_name)
    except OSError as gone:
        raise NotFound("file") from gone
    return download(file, source, range_header=wants)
