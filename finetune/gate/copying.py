"""An adapter for other machines: merged into its base model, or packed into one file."""

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from fewsight.adapter_manifest import MANIFEST, AdapterManifest, read_manifest
from fewsight.errors import ConfigError, ModelError
from fewsight.serving.models.adapters import CONFIG, WEIGHTS, check_adapter
from fewsight.serving.models.names import DEFAULT_MODEL, ModelFolder, resolve_model

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""Time of all files in an archive, so that equal adapters give equal archives."""


def merge_adapter(adapter: Path, out: Path, model: str | None, dtype: str) -> ModelFolder:
    """Write the base model with the adapter merged into it, and return the base model.

    Args:
        adapter: its folder.
        out: the folder to write; must not exist.
        model: name or folder of the base model; as the manifest names it where None.
        dtype: number type of the merged model.

    Raises:
        ConfigError: `out` exists, or the folder holds a whole model.
        ModelError: the base model can't be found, or is another one.
    """
    from fewsight.serving.models.adapters import merged_model
    from fewsight.serving.models.dtype import pick_dtype
    from fewsight.serving.models.merged import release

    if out.exists():
        raise ConfigError(f"{str(out)!r} exists already; name a new folder.")
    manifest = read_manifest(adapter)
    _refuse_model(adapter, manifest)
    base = _base_of(adapter, manifest, model)
    merged = merged_model(base, adapter, pick_dtype(dtype))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as place:
        shutil.copytree(merged.path, Path(place) / "model").rename(out)
    release(merged.path)
    return base


def pack_adapter(adapter: Path, output: Path) -> list[str]:
    """Write a .zip of weights, configuration, manifest and card, and return the names in it.

    Raises:
        ConfigError: the folder holds a whole model.
        ModelError: it holds no adapter.
    """
    _refuse_model(adapter, read_manifest(adapter))
    check_adapter(adapter)
    names = [n for n in (CONFIG, WEIGHTS, MANIFEST, "card.html", "config.toml") if (adapter / n).is_file()]
    partial = output.with_name(f".{output.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(zipfile.ZipInfo(f"{adapter.name}/{name}", _MOMENT), (adapter / name).read_bytes())
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return names


def _base_of(adapter: Path, manifest: AdapterManifest | None, model: str | None) -> ModelFolder:
    if manifest is None:
        return resolve_model(model or DEFAULT_MODEL)
    trained_on = f"Adapter {str(adapter)!r} was trained on {manifest.base.name} ({manifest.base.digest[:12]})"
    try:
        base = resolve_model(model or manifest.base.name)
    except ModelError as error:
        if model:
            raise
        raise ModelError(
            f"{trained_on}, which is not found under that name; name its folder with --model. {error}"
        ) from error
    if base.digest != manifest.base.digest:
        raise ModelError(
            f"{trained_on}, and {base.name!r} is another model ({base.digest[:12]}); name the right one with --model."
        )
    return base


def _refuse_model(folder: Path, manifest: AdapterManifest | None) -> None:
    if manifest is not None and manifest.is_model:
        raise ConfigError(f"{str(folder)!r} is a whole model, which any server loads as it is; copy its folder.")
