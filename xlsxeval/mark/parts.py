"""The package of a marked copy: parts that are read, changed and added; all others go through untouched."""

from __future__ import annotations

import io
import itertools
import posixpath
import zipfile
from collections.abc import Mapping

from xlsxeval.mark.splice import Document, attribute_text
from xlsxeval.read.package import Package, Relation, inflate, relations

_TYPES = "[Content_Types].xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Parts:
    """The parts of one package by name (any case), and what shall stand in them."""

    def __init__(self, package: Package) -> None:
        self.limits = package.limits
        self.strict = False
        self.package = package
        self._held: dict[str, bytes] = {}
        self._added: dict[str, bytes] = {}

    @property
    def main(self) -> str:
        """The namespace of the workbook's own elements."""
        return _STRICT_MAIN if self.strict else _MAIN

    @property
    def office(self) -> str:
        """The namespace of the ids of relationships, and how the types of relationships begin."""
        return _STRICT_OFFICE if self.strict else _OFFICE

    def has(self, part: str) -> bool:
        """Tell whether there is such a part."""
        return part.lower() in self.package.members or part in self._added

    def any(self, beginning: str) -> bool:
        """Tell whether the name of some part begins so."""
        return any(part.startswith(beginning) for part in self.package.members)

    def read(self, part: str) -> bytes:
        """Give what stands in a part now.

        Raises:
            Refused: if the part is missing or over a budget.
        """
        if part in self._added:
            return self._added[part]
        if part.lower() not in self._held:
            self._held[part.lower()] = b"".join(inflate(self.package, part))
        return self._held[part.lower()]

    def write(self, part: str, content: bytes) -> None:
        """Put a part in place of the one that is there, or add it."""
        if part.lower() in self.package.members:
            self._held[part.lower()] = content
        else:
            self._added[part] = content

    def document(self, part: str) -> Document:
        """Give a part as a tree that can be changed."""
        return Document(self.read(part), self.limits)

    def free(self, pattern: str) -> str:
        """Give the first name that is not taken: ``xl/comments{}.xml``."""
        names = (pattern.format(number) for number in itertools.count(1))
        return next(name for name in names if not self.has(name))

    def links(self, part: str) -> Mapping[str, Relation]:
        """Give what a part pointed to before anything was added."""
        return relations(self.package, part)

    def linked(self, part: str, kind: str) -> str:
        """Give the part of a kind that a part points to; empty if there is none."""
        targets = (one.target for one in self.links(part).values() if one.kind.lower() == kind.lower())
        return next((target for target in targets if self.has(target)), "")

    def link(self, part: str, kind: str, target: str) -> str:
        """Let a part point to another one and give the id of the relationship."""
        folder, name = posixpath.split(part)
        rels = f"{folder}/_rels/{name}.rels".lstrip("/")
        if not self.has(rels):
            self.write(rels, f'{DECLARATION}<Relationships xmlns="{_RELATIONS}"/>'.encode())
        document = self.document(rels)
        taken = {node.attributes.get("Id") for node in document.root.children}
        new = next(name for name in (f"rId{number}" for number in itertools.count(1)) if name not in taken)
        where = posixpath.relpath(f"/{target}", f"/{folder}")
        document.append(
            document.root, f'<Relationship Id="{new}" Type="{self.office}/{kind}" Target="{attribute_text(where)}"/>'
        )
        self.write(rels, document.done())
        return new

    def declare(self, part: str, content_type: str) -> None:
        """Say of what type a new part is."""
        document = self.document(_TYPES)
        document.append(document.root, f'<Override PartName="/{attribute_text(part)}" ContentType="{content_type}"/>')
        self.write(_TYPES, document.done())

    def declare_all(self, extension: str, content_type: str) -> None:
        """Say of what type all parts with an extension are, unless it is said."""
        document = self.document(_TYPES)
        known = {node.attributes.get("Extension", "").lower() for node in document.root.children}
        if extension not in known:
            # In front, as Excel has it; the order has no meaning.
            document.insert(document.root.inner, f'<Default Extension="{extension}" ContentType="{content_type}"/>')
            self.write(_TYPES, document.done())

    def pack(self) -> bytes:
        """Give the package; a part that was not touched keeps its place, its date and its content."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as target:
            for name, info in self.package.members.items():
                copy = zipfile.ZipInfo(info.filename, info.date_time)
                copy.compress_type, copy.external_attr = info.compress_type, info.external_attr
                copy.create_system = info.create_system
                target.writestr(copy, self.read(name))
            for name, content in self._added.items():
                copy = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                copy.compress_type, copy.create_system = zipfile.ZIP_DEFLATED, 3
                target.writestr(copy, content)
        return buffer.getvalue()
