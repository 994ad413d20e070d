"""Several people who publish together: real keys in locked files, each signing in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import Signer

from appliance.release.ceremony import Sealed, pending, renewed, seal, signatures_by
from appliance.release.folder import Folder
from appliance.release.keyfile import new_key, open_signer, read_public
from appliance.release.keys import CORE
from appliance.release.roles import Signers, read_plan
from appliance.release.stage import Stage
from appliance.release.staging import Staged, Staging
from tests.publisher import SIGNED_AT

PEOPLE = ("ann", "bob", "cleo")
ROLES_TOML = """
[root]
keys = ["ann.pub", "bob.pub", "cleo.pub"]
threshold = 2
[targets]
keys = ["ann.pub", "bob.pub", "cleo.pub"]
threshold = 2
[core]
keys = ["ann.pub", "bob.pub", "cleo.pub"]
threshold = 2
[snapshot]
keys = ["online/online.pub"]
threshold = 1
[timestamp]
keys = ["online/online.pub"]
threshold = 1
"""


@dataclass(frozen=True)
class Society:
    """A folder with everyone's keys, and the repository that they publish."""

    folder: Path

    @staticmethod
    def new(folder: Path, tree: Mapping[str, bytes] | None = None) -> Society:
        """Found it; with a tree, publish that as its first release."""
        society = Society(folder)
        (folder / "online").mkdir(parents=True)
        for name in (*PEOPLE, "online/online"):
            society.make_key(name)
        (folder / "roles.toml").write_text(ROLES_TOML)
        if tree is not None:
            society.stage().begin(read_plan(folder / "roles.toml"))
            society.publish(tree)
        return society

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    @property
    def files(self) -> Folder:
        return Folder(self.repository)

    def make_key(self, name: str) -> Path:
        """Make a key without a passphrase: unlocking takes a second. Returns its public half."""
        path = self.folder / f"{name}.pem"
        new_key(path, None)
        return path.with_suffix(".pub")

    def stage(self, at: datetime = SIGNED_AT) -> Stage:
        return Stage(self.files, at)

    def staged(self) -> Staged:
        return pending(self.files.published(), Staging(self.repository).read())

    def sign(self, *names: str) -> None:
        for name in names:
            staged = self.staged()
            signatures = signatures_by(self.signer(name), self.files.published(), staged)
            for role, signature in signatures.items():
                version = staged.roles()[role].signed.version
                Staging(self.repository).put_signature(role, version, signature)

    def signer(self, name: str) -> Signer:
        return open_signer(str(self.folder / f"{name}.pem"), _no_passphrase)

    def seal(self, at: datetime = SIGNED_AT, online: Sequence[str] = ("online/online",)) -> Sealed:
        return seal(self.files, self.staged(), [self.signer(name) for name in online], at)

    def finish(
        self, at: datetime = SIGNED_AT, online: Sequence[str] = ("online/online",)
    ) -> Sealed:
        sealed = self.seal(at, online)
        sealed.write(self.repository)
        Staging(self.repository).clear()
        return sealed

    def publish(
        self, tree: Mapping[str, bytes], at: datetime = SIGNED_AT, channel: str = CORE
    ) -> Sealed:
        self.stage(at).release(tree, channel)
        self.sign("ann", "bob")
        return self.finish(at)

    def renew(self, at: datetime, online: str = "online/online") -> None:
        renewed(self.files, [self.signer(online)], at).write(self.repository)

    def signers(self, *names: str, threshold: int = 1) -> Signers:
        keys = tuple(read_public(self.folder / f"{name}.pub") for name in names)
        return Signers(keys, threshold)

    def anchor(self) -> bytes:
        return (self.repository / "metadata" / "1.root.json").read_bytes()


def _no_passphrase(question: str) -> str:
    raise AssertionError(question)


def site_in_leeds(slug: str) -> bytes:
    """A council's site, as a table of sites.toml."""
    return f"""
[[sites]]
slug = "{slug}"
name = "Leeds care services"
url = "https://www.leeds.gov.uk/adult-social-care"
publisher = "Leeds City Council"
topics = ["trusted-information"]
summary = "Care at home in Leeds."
audience = "everyone"
languages = "English"
recommended_by = "Leeds City Council"
checked = 2026-11-22
""".encode()
