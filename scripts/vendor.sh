#!/usr/bin/env bash
# Refresh static/vendor, static/icons.svg and static/fonts/pdf from npm packages.
# Needs npm and uv. Versions are pinned here and repeated in static/vendor/README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # package@version -> prints the unpacked folder
  local into="$work/$(printf %s "$1" | tr -c 'A-Za-z0-9.\n' '-')"
  mkdir -p "$into"
  (cd "$into" && npm pack --silent "$1" >/dev/null && tar xzf ./*.tgz)
  printf %s "$into/package"
}

tabler=$(fetch @tabler/core@1.0.0)
icons=$(fetch @tabler/icons@3.51.0)
htmx=$(fetch htmx.org@2.0.11)
echarts=$(fetch echarts@6.1.0)
noto=$(fetch @fontsource-variable/noto-sans-sc@5.3.1)

vendor=static/vendor
mkdir -p $vendor/{tabler,htmx,echarts,noto-sans-sc/files}
python3 scripts/trim_css.py "$tabler/dist/css/tabler.min.css" $vendor/tabler/tabler.min.css
cp "$tabler/LICENSE" $vendor/tabler/LICENSE 2>/dev/null || cp "$icons/LICENSE" $vendor/tabler/LICENSE
cp "$htmx/dist/htmx.min.js" "$htmx/LICENSE" $vendor/htmx/
cp "$echarts/dist/echarts.min.js" "$echarts/LICENSE" "$echarts/NOTICE" $vendor/echarts/
# Hashed file names are looked up for every source map that a file mentions; we ship none.
sed -i '/sourceMappingURL=/d' $vendor/htmx/htmx.min.js $vendor/echarts/echarts.min.js

# Latin and Chinese slices; Cyrillic and Vietnamese are never shown.
cp "$noto/LICENSE" $vendor/noto-sans-sc/
rm -f $vendor/noto-sans-sc/files/*
python3 - "$noto" $vendor/noto-sans-sc <<'PY'
import pathlib, re, shutil, sys
source, target = map(pathlib.Path, sys.argv[1:])
kept = []
for block in re.findall(r"@font-face \{.*?\}", (source / "wght.css").read_text(), re.S):
    name = re.search(r"files/([\w-]+\.woff2)", block)[1]
    if "cyrillic" in name or "vietnamese" in name:
        continue
    shutil.copy(source / "files" / name, target / "files" / name)
    kept.append(re.sub(r"\s*\n\s*", "", block).replace(": ", ":").replace("woff2-variations", "woff2"))
(target / "wght.css").write_text("\n".join(kept) + "\n")
PY

python3 scripts/icon_sprite.py "$icons" static/icons.txt static/icons.svg

if [ "${1:-}" = "--pdf-fonts" ]; then # slow, and rarely needed
  fonts=$(fetch @expo-google-fonts/noto-sans-sc@0.4.3)
  cp "$fonts/LICENSE_FONT" static/fonts/pdf/OFL.txt
  for pair in 400Regular:Regular:400 700Bold:Bold:700; do
    IFS=: read -r folder style weight <<<"$pair"
    uv run --no-project --with fonttools python scripts/subset_pdf_font.py \
      "$fonts/$folder/NotoSansSC_$folder.ttf" "static/fonts/pdf/NotoSansSC-$style.ttf" "$style" "$weight"
  done
fi
