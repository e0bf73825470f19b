"""What signed addresses lead to: parts of uploads that come, and bytes that go.

No session is asked for: the address itself is the right to one part or one file, for some minutes.
Whoever an address for reading was made for must still be allowed to read, at every byte range.
"""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import actor_for
from accounts.people.models import User
from core.errors import Invalid, NotFound, Refusal
from core.http import Request
from core.problem import problem_of
from messaging.files import disk, signing
from messaging.files.access import check_bytes
from messaging.files.download import answer_with
from messaging.files.models import Upload
from messaging.files.selectors import version_for
from messaging.files.storage import PartWish


@csrf_exempt
@require_http_methods(["PUT"])
def take_part(request: Request, name: str) -> HttpResponse:
    """Store one part of an upload on this machine's disk."""
    try:
        handle, part = _part_asked(request)
        # Finished and cancelled uploads take nothing more.
        if not Upload.objects.filter(storage_name=name, handle=handle, file_id=None).exists():
            raise NotFound("upload")
        if request.headers.get("Content-Length") != str(part.size_bytes):
            raise _not_these(part)
        try:
            tag = disk.take_part(handle, part, request)
        except disk.BadPart:
            raise _not_these(part) from None
    except Refusal as refusal:
        return problem_of(refusal)
    return HttpResponse(status=200, headers={"ETag": f'"{tag}"'})


@require_safe
def get_signed(request: Request, file_id: UUID) -> HttpResponseBase:
    """The bytes of a file for the person whom the address was made for."""
    try:
        person_id, version = _link_asked(request, file_id)
        person = User.objects.filter(id=person_id, is_active=True).first()
        if person is None:
            raise NotFound("file")
        found = version_for(actor_for(person), file_id, version)
        if found is None:
            raise NotFound("file")
        check_bytes(found.scan)
        return answer_with(request, found)
    except Refusal as refusal:
        return problem_of(refusal)


def _part_asked(request: Request) -> tuple[str, PartWish]:
    said = request.GET
    try:
        part = PartWish(int(said["partNumber"]), int(said["size"]), said.get("sha256") or None)
        handle, expires = said["uploadId"], int(said["expires"])
        good = disk.is_signed(handle, part, expires, said["signature"])
    except (KeyError, ValueError, TypeError):
        good = False
    if not good:
        raise NotFound("upload")
    return handle, part


def _link_asked(request: Request, file_id: UUID) -> tuple[UUID, int]:
    said = request.GET
    try:
        person_id, version, expires = UUID(said["as"]), int(said["version"]), int(said["expires"])
        good = signing.is_good(file_id, person_id, version, expires, said["signature"])
    except (KeyError, ValueError, TypeError):
        good = False
    if not good:
        raise NotFound("file")
    return person_id, version


def _not_these(part: PartWish) -> Invalid:
    words = _("These are not the bytes that part %(number)d was announced with.")
    return Invalid.field("body", words % {"number": part.number}, code="wrong_bytes")
