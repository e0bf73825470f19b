"""REST: files, and uploads of them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router

from accounts.grants.schemas import NewObjectGrant, ObjectGrantList
from accounts.requests import idempotent
from core.api import answer, answers
from core.errors import Forbidden, NotFound
from core.http import Request
from core.paging import DEFAULT_LIMIT, MAX_LIMIT
from messaging.files import selectors, services, sharing, uploads
from messaging.files.access import check_bytes, file_for, own_upload
from messaging.files.download import answer_with, thumbnail
from messaging.files.models import Upload
from messaging.files.schemas import (
    FileVersionList,
    GivenFiles,
    LinkView,
    NewUpload,
    PartsAsked,
    PartUrls,
    Replacement,
    SharedFilePage,
    UploadView,
)
from messaging.files.signing import link_to
from messaging.messages.schemas import FileView

router = Router(tags=["files"])


@router.post("/uploads", response=answers(UploadView, 201, 200))
@idempotent
def begin_upload(request: Request, body: NewUpload) -> HttpResponse:
    """Begin to upload a file; ask for addresses of its parts next."""
    upload = uploads.begin_upload(request.actor, name=body.name, size_bytes=body.size_bytes)
    return answer(_upload_view(upload), 201)


@router.get("/uploads/{upload_id}", response=answers(UploadView))
def get_upload(request: Request, upload_id: UUID) -> HttpResponse:
    """Where an upload stands: what has arrived need not be sent again."""
    return answer(_upload_view(own_upload(request.actor, upload_id)))


@router.post("/uploads/{upload_id}/parts", response=answers(PartUrls))
@idempotent
def sign_parts(request: Request, upload_id: UUID, body: PartsAsked) -> HttpResponse:
    """Addresses to PUT parts to, as their plain bytes; sending a part again replaces it."""
    found = uploads.part_addresses(
        request.actor,
        upload_id=upload_id,
        numbers=[part.number for part in body.parts],
        sums={part.number: part.sha256 for part in body.parts if part.sha256},
    )
    items = [
        {"number": number, "url": address.url, "headers": address.headers}
        for number, address in found.items()
    ]
    return answer({"items": items, "expires_in_s": uploads.URL_GOOD_FOR_S})


@router.post("/uploads/{upload_id}/complete", response=answers(FileView))
@idempotent
def complete_upload(request: Request, upload_id: UUID) -> HttpResponse:
    """Make a file of the parts; its id goes into `file_ids` of a message."""
    file = uploads.complete_upload(request.actor, upload_id=upload_id)
    return answer(selectors.view_of(file))


@router.delete("/uploads/{upload_id}", response=answers(None, 204))
def cancel_upload(request: Request, upload_id: UUID) -> HttpResponse:
    """Give an upload up. A file that was made of it stays."""
    uploads.cancel_upload(request.actor, upload_id=upload_id)
    return answer(status=204)


@router.get("/files/{file_id}", response=answers(None, 200, 206, 304))
def get_file(request: Request, file_id: UUID) -> HttpResponseBase:
    """A file's bytes, for whoever may read its message; one byte range is honoured."""
    file = file_for(request.actor, file_id)
    check_bytes(file.scan)
    return answer_with(request, file)


@router.get("/files/{file_id}/info", response=answers(FileView))
def get_file_info(request: Request, file_id: UUID) -> HttpResponse:
    """What is known of a file."""
    return answer(selectors.view_of(file_for(request.actor, file_id)))


@router.get("/files/{file_id}/thumbnail", response=answers(None, 200, 304))
def get_thumbnail(request: Request, file_id: UUID) -> HttpResponseBase:
    """A small picture of a file."""
    file = file_for(request.actor, file_id)
    check_bytes(file.scan)
    return thumbnail(request, file)


@router.post("/files/{file_id}/link", response=answers(LinkView))
@idempotent
def make_link(request: Request, file_id: UUID) -> HttpResponse:
    """An address of the bytes that needs no sign-in: for this person, for some minutes."""
    if request.actor.user_id is None:
        raise Forbidden("file")
    file = file_for(request.actor, file_id)
    url, expires = link_to(file.id, person_id=request.actor.user_id, version=file.version)
    return answer({"url": url, "expires_at": datetime.fromtimestamp(expires, UTC)})


@router.delete("/files/{file_id}", response=answers(None, 204))
def delete_file(request: Request, file_id: UUID) -> HttpResponse:
    """Take a file out of sight; that it was there stays known."""
    services.delete_file(request.actor, file_id=file_id)
    return answer(status=204)


@router.get("/files/{file_id}/versions", response=answers(FileVersionList))
def list_versions(request: Request, file_id: UUID) -> HttpResponse:
    """The versions of a file, newest first."""
    return answer(selectors.versions(request.actor, file_id))


@router.post("/files/{file_id}/versions", response=answers(FileView))
@idempotent
def add_version(request: Request, file_id: UUID, body: Replacement) -> HttpResponse:
    """Put an uploaded file in the place of this one; the version before is kept."""
    file = services.replace_file(request.actor, file_id=file_id, with_file_id=body.file_id)
    return answer(selectors.view_of(file))


@router.get("/files/{file_id}/versions/{number}", response=answers(None, 200, 206, 304))
def get_version(request: Request, file_id: UUID, number: int) -> HttpResponseBase:
    """The bytes of one version."""
    version = selectors.version_for(request.actor, file_id, number)
    if version is None:
        raise NotFound("version")
    check_bytes(version.scan)
    return answer_with(request, version)


@router.post("/files/{file_id}/versions/{number}/restore", response=answers(FileView))
@idempotent
def restore_version(request: Request, file_id: UUID, number: int) -> HttpResponse:
    """Bring an earlier version back, as the newest one."""
    file = services.restore_version(request.actor, file_id=file_id, number=number)
    return answer(selectors.view_of(file))


@router.get("/conversations/{conversation_id}/files", response=answers(SharedFilePage))
def list_files(
    request: Request,
    conversation_id: UUID,
    kind: Literal["images", "media", "documents"] | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """The files of a conversation, newest first."""
    page = selectors.files_in(
        request.actor, conversation_id=conversation_id, kind=kind, cursor=cursor, limit=limit
    )
    return answer({"items": page.items, "next": page.next})


@router.get("/shared-files", response=answers(SharedFilePage))
def list_shared_files(
    request: Request,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> HttpResponse:
    """The files that others shared with this person, or with a group of theirs, newest first."""
    page = selectors.granted_files(request.actor, cursor=cursor, limit=limit)
    return answer({"items": page.items, "next": page.next})


@router.get("/shared-files/new", response=answers(GivenFiles))
def count_shared_files(request: Request) -> HttpResponse:
    """How many files others shared with this person since they last looked for such."""
    return answer({"count": selectors.count_given(request.actor)})


@router.post("/shared-files/seen", response=answers(None, 204))
@idempotent
def see_shared_files(request: Request) -> HttpResponse:
    """Say that this person has looked at what others shared with them."""
    sharing.look_at_given(request.actor)
    return answer(status=204)


@router.get("/files/{file_id}/grants", response=answers(ObjectGrantList))
def list_file_grants(request: Request, file_id: UUID) -> HttpResponse:
    """The people and groups who may open a file without seeing its conversation."""
    return _grants(request, file_id)


@router.post("/files/{file_id}/grants", response=answers(ObjectGrantList, 201))
@idempotent
def share_file(request: Request, file_id: UUID, body: NewObjectGrant) -> HttpResponse:
    """Let a person, or everybody in a group, open a file wherever it stands."""
    sharing.share_file(request.actor, file_id=file_id, user_id=body.user_id, group_id=body.group_id)
    return _grants(request, file_id, status=201)


@router.delete("/files/{file_id}/grants/people/{user_id}", response=answers(None, 204))
def unshare_with_person(request: Request, file_id: UUID, user_id: UUID) -> HttpResponse:
    """Take a file back from a person: they have lost it with the next byte."""
    sharing.unshare_file(request.actor, file_id=file_id, user_id=user_id)
    return answer(status=204)


@router.delete("/files/{file_id}/grants/groups/{group_id}", response=answers(None, 204))
def unshare_with_group(request: Request, file_id: UUID, group_id: UUID) -> HttpResponse:
    """Take a file back from a group."""
    sharing.unshare_file(request.actor, file_id=file_id, group_id=group_id)
    return answer(status=204)


def _grants(request: Request, file_id: UUID, *, status: int = 200) -> HttpResponse:
    found = selectors.grants_of(request.actor, file_id)
    return answer({"items": [grant._asdict() for grant in found], "next": None}, status)


def _upload_view(upload: Upload) -> dict[str, Any]:
    made = None
    if upload.file_id is not None:
        made = selectors.made_of(upload)
    return {
        "id": upload.id,
        "name": upload.name,
        "size_bytes": upload.size_bytes,
        "part_bytes": upload.part_bytes,
        "part_count": -(-upload.size_bytes // upload.part_bytes),
        "received": uploads.received(upload),
        "expires_at": upload.expires_at,
        "file": made,
    }
