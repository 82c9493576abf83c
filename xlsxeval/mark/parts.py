"""The parts of a workbook package (a zip file): read, changed, added, left out; all others are copied unchanged."""

from __future__ import annotations

import io
import itertools
import posixpath
import zipfile
from collections.abc import Iterator, Mapping

from xlsxeval.mark.splice import Document, attribute_text
from xlsxeval.read.package import Package, Relation, inflate, relations

CONTENT_TYPES = "[Content_Types].xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Parts:
    """The parts of one package by name, and their new content.

    Names have no leading ``/``. Upper and lower case are the same for parts of the original file.
    """

    def __init__(self, package: Package) -> None:
        self.limits = package.limits
        #: Whether the workbook uses the namespaces of "strict" Office Open XML.
        self.strict = False
        self.package = package
        self._members = dict(package.members)
        #: Content of original parts by lower-case name, as inflated or as changed.
        self._contents: dict[str, bytes] = {}
        self._added: dict[str, bytes] = {}
        self._overrides: dict[str, str] = {}
        self._defaults: dict[str, str] = {}
        self._next_number: dict[str, int] = {}

    @property
    def main(self) -> str:
        """The namespace of the workbook's elements."""
        return _STRICT_MAIN if self.strict else _MAIN

    @property
    def office(self) -> str:
        """The namespace of relationship ids; the types of relationships begin with it too."""
        return _STRICT_OFFICE if self.strict else _OFFICE

    def names(self) -> Iterator[str]:
        """Yield the lower-case names of the original parts that were not left out."""
        yield from tuple(self._members)

    def has(self, part: str) -> bool:
        """Return whether the part exists."""
        return part.lower() in self._members or part in self._added

    def read(self, part: str) -> bytes:
        """Return the present content of a part.

        Raises:
            Refused: if the part is missing or over a limit.
        """
        if part in self._added:
            return self._added[part]
        if part.lower() not in self._contents:
            self._contents[part.lower()] = b"".join(inflate(self.package, part))
        return self._contents[part.lower()]

    def write(self, part: str, content: bytes) -> None:
        """Replace the content of a part, or add the part."""
        if part.lower() in self._members:
            self._contents[part.lower()] = content
        else:
            self._added[part] = content

    def leave_out(self, part: str) -> None:
        """Leave an original part out of the copy; whoever calls this also removes the relationships to it."""
        self._members.pop(part.lower(), None)

    def document(self, part: str) -> Document:
        """Return a part as a tree that can be changed.

        Raises:
            Refused: if the part is missing, over a limit or no usable XML.
        """
        return Document(self.read(part), self.limits)

    def unused(self, pattern: str) -> str:
        """Return the first name that no part has: ``xl/comments{}.xml`` may give ``xl/comments1.xml``."""
        for number in itertools.count(self._next_number.get(pattern, 1)):
            self._next_number[pattern] = number
            if not self.has(pattern.format(number)):
                break
        return pattern.format(self._next_number[pattern])

    def links(self, part: str) -> Mapping[str, Relation]:
        """Return the relationships of a part in the original file, by id."""
        return relations(self.package, part)

    def linked(self, part: str, kind: str) -> str:
        """Return the name of the existing part that a part refers to by a kind of relationship; empty if none."""
        targets = (relation.target for relation in self.links(part).values() if relation.kind.lower() == kind.lower())
        return next((target for target in targets if self.has(target)), "")

    def link(self, part: str, kind: str, target: str) -> str:
        """Add a relationship from one part to another.

        Returns:
            The id of the relationship: ``rId7``.
        """
        folder = posixpath.dirname(part)
        rels = relations_part(part)
        if not self.has(rels):
            self.write(rels, f'{DECLARATION}<Relationships xmlns="{_RELATIONS}"/>'.encode())
        document = self.document(rels)
        taken = {node.attributes.get("Id") for node in document.root.children}
        new_id = next(name for name in (f"rId{number}" for number in itertools.count(1)) if name not in taken)
        path = posixpath.relpath(f"/{target}", f"/{folder}")
        document.append(
            document.root, f'<Relationship Id="{new_id}" Type="{self.office}/{kind}" Target="{attribute_text(path)}"/>'
        )
        self.write(rels, document.done())
        return new_id

    def declare(self, part: str, content_type: str) -> None:
        """Declare the content type of a new part."""
        self._overrides[part] = content_type

    def declare_extension(self, extension: str, content_type: str) -> None:
        """Declare the content type of all parts with an extension, unless the file declares one."""
        self._defaults.setdefault(extension, content_type)

    def pack(self) -> bytes:
        """Return the package as bytes; an unchanged part keeps its place, date and content."""
        self._write_content_types()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, info in self._members.items():
                entry = zipfile.ZipInfo(info.filename, info.date_time)
                entry.compress_type, entry.external_attr = info.compress_type, info.external_attr
                entry.create_system = info.create_system
                archive.writestr(entry, self.read(name))
            for name, content in self._added.items():
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
                archive.writestr(entry, content)
        return buffer.getvalue()

    def _write_content_types(self) -> None:
        document = self.document(CONTENT_TYPES)
        types = document.root.children
        known = {node.attributes.get("Extension", "").lower() for node in types}
        for extension, content_type in self._defaults.items():
            if extension not in known:
                xml = f'<Default Extension="{extension}" ContentType="{content_type}"/>'
                if types:  # at the beginning, where Excel writes them; the order has no meaning
                    document.insert(types[0].start, xml)
                else:
                    document.append(document.root, xml)
        for part, content_type in self._overrides.items():
            document.append(
                document.root, f'<Override PartName="/{attribute_text(part)}" ContentType="{content_type}"/>'
            )
        self.write(CONTENT_TYPES, document.done())


def relations_part(part: str) -> str:
    """Return the name of the part with the relationships of a part: ``xl/a.xml`` gives ``xl/_rels/a.xml.rels``."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
