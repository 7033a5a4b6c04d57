"""Looks at images, and draws them anew without what lies beside the picture."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

from PIL import ExifTags, Image, ImageOps

from portal.kernel.uploads.findings import Found, Limits, UploadRefused
from portal.kernel.uploads.heads import HEAD, kind_of, read_at

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
_SAYS_NOTHING = {"exif", "icc_profile", "xmp", "version", "mp", "transparency", "background"}


def _media_type(head: bytes) -> str:
    return kind_of(head)[1].replace("image/apng", "image/png")


def look_at_image(file: IO[bytes], media_type: str, limits: Limits, found: Found) -> None:
    """The file is one still image of `media_type` within the limits. Raises UploadRefused."""
    if _media_type(read_at(file, 0, HEAD)) != media_type:
        raise UploadRefused("content_mismatch", "not this kind of image")
    file.seek(0)
    with _opened(file, media_type, limits) as image:
        list_metadata(image, found)
    file.seek(0)
    with _opened(file, media_type, limits) as image:
        try:
            image.verify()
        except Exception as fault:  # Pillow raises whatever its decoders meet
            raise UploadRefused("corrupt", type(fault).__name__) from None
    file.seek(0)
    if _image_length(file.read(), media_type) is not None:
        found.add("trailing_data")


def _opened(file: IO[bytes], media_type: str, limits: Limits) -> Image.Image:
    try:
        image = Image.open(file, formats=[_FORMATS[media_type]])
        # A photograph may carry a smaller one behind it (MPO); a second picture in another kind moves.
        frames = 1 if media_type == "image/jpeg" else getattr(image, "n_frames", 1)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UploadRefused("too_large", f"{limits.pixels // 1_000_000} MP") from None
    except Exception as fault:  # Pillow raises whatever its decoders meet
        raise UploadRefused("corrupt", type(fault).__name__) from None
    if image.width * image.height > limits.pixels:
        raise UploadRefused("too_large", f"{limits.pixels // 1_000_000} MP")
    if frames != 1:
        raise UploadRefused("content_mismatch", "animation")
    return image


def list_metadata(image: Image.Image, found: Found) -> None:
    """What the image says beside the picture is among the findings. Raises UploadRefused if it is broken."""
    try:
        exif = image.getexif()
        location = exif.get_ifd(ExifTags.IFD.GPSInfo)
        particulars = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
        info = dict(image.info)
        info.update(getattr(image, "text", {}))
    except Exception as fault:  # Pillow raises whatever its decoders meet
        raise UploadRefused("corrupt", type(fault).__name__) from None
    if location:
        found.add("photo_location")
    for tag in (ExifTags.Base.Artist, ExifTags.Base.XPAuthor, ExifTags.Base.Copyright):
        if tag in particulars:
            found.add("author", _words(particulars[tag]))
    seen = (ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.DateTimeOriginal, ExifTags.Base.Software)
    if set(particulars) - {ExifTags.Base.Orientation, ExifTags.IFD.GPSInfo, ExifTags.IFD.Exif}:
        found.add("photo_metadata", *(_words(particulars[tag]) for tag in seen if tag in particulars))
    if info.keys() & {"xmp", "XML:com.adobe.xmp", "photoshop"}:
        found.add("photo_metadata", "XMP")
    for key, value in info.items():
        if isinstance(value, str | bytes) and key not in _SAYS_NOTHING and not str(key).startswith("XML:"):
            found.add("image_text", f"{key}: {_words(value)}")


def _words(value: object) -> str:
    if isinstance(value, bytes):
        encoding = "utf-16-le" if value[1:2] == b"\x00" else "utf-8"
        return value.decode(encoding, "replace").strip("\x00 ")
    return str(value).strip("\x00 ")


def _image_length(data: bytes, media_type: str) -> int | None:
    """Where the image ends, if something other than zeros follows it."""
    match media_type:
        case "image/png":
            end = data.find(b"IEND\xaeB`\x82") + 8
        case "image/jpeg":
            end = data.rfind(b"\xff\xd9") + 2
        case "image/gif":
            end = len(data.rstrip(b"\x00")) if data.rstrip(b"\x00").endswith(b";") else 0
        case _:
            end = 8 + int.from_bytes(data[4:8], "little")
    return end if data[end:].strip(b"\x00\r\n ") else None


def strip_image(path: Path, *, limits: Limits | None = None) -> bytes:
    """The image drawn anew: the same picture, upright, without metadata or anything else beside it (row 17).

    For files that `inspect` has taken. The type stays. Raises UploadRefused if it cannot be drawn.
    """
    with path.open("rb") as file:
        return _stripped(file, limits or Limits())


def draw_image(content: bytes, *, limits: Limits | None = None) -> bytes:
    """The same of an image whose bytes are at hand, for looking at it in place: as `strip_image`."""
    return _stripped(io.BytesIO(content), limits or Limits())


def _stripped(file: IO[bytes], limits: Limits) -> bytes:
    media_type = _media_type(file.read(HEAD))
    if media_type not in _FORMATS:
        raise UploadRefused("content_mismatch", "not an image")
    file.seek(0)
    with _opened(file, media_type, limits) as image:
        try:
            return _drawn_anew(image, _FORMATS[media_type])
        except Exception as fault:  # Pillow raises whatever its decoders meet
            raise UploadRefused("corrupt", type(fault).__name__) from None


def _drawn_anew(image: Image.Image, kind: str) -> bytes:
    upright = ImageOps.exif_transpose(image)
    if kind == "JPEG" and upright.mode not in ("L", "RGB"):
        upright = upright.convert("RGB")
    bare = Image.new(upright.mode, upright.size)
    bare.paste(upright)
    if upright.mode == "P" and (palette := upright.getpalette("RGB")) is not None:
        bare.putpalette(palette)
    transparency = upright.info.get("transparency")
    more: dict[str, object] = {} if transparency is None or kind == "JPEG" else {"transparency": transparency}
    if kind in ("JPEG", "WEBP"):
        more["quality"] = 92
    out = io.BytesIO()
    bare.save(out, kind, **more)
    return out.getvalue()
