#!/usr/bin/env bash
# Installs the Debian packages that the data engine draws with: fonts (over 60 Latin families, over ten Simplified
# Chinese ones, handwriting) and graphviz, whose program `dot` lays out flowcharts.
# Usage: training/install_fonts.sh   (as root, or where sudo works)
set -euo pipefail
packages=(
  # monospace, typewriter and dot-matrix: what tills and printers use
  fonts-dejavu fonts-liberation fonts-freefont-ttf fonts-hack fonts-inconsolata fonts-firacode
  fonts-jetbrains-mono fonts-mononoki fonts-anonymous-pro fonts-courier-prime fonts-ubuntu-title
  fonts-ocr-a fonts-ocr-b fonts-go fonts-league-mono fonts-fantasque-sans fonts-agave fonts-terminus-otb
  fonts-gnutypewriter fonts-levien-typoscript fonts-monofur fonts-b612 fonts-3270
  # sans
  fonts-roboto fonts-roboto-slab fonts-open-sans fonts-lato fonts-cantarell fonts-noto-core fonts-noto-mono
  fonts-crosextra-carlito fonts-karla fonts-cabin fonts-quicksand fonts-dosis fonts-play fonts-jura fonts-clear-sans
  fonts-inter fonts-oxygen fonts-paratype fonts-bebas-neue fonts-yanone-kaffeesatz fonts-opendin
  fonts-routed-gothic fonts-sil-andika fonts-manrope fonts-national-park fonts-tuffy fonts-league-spartan fonts-croscore
  fonts-adf-gillius fonts-adf-switzera fonts-adf-universalis fonts-adf-berenis fonts-adf-romande fonts-adf-tribun
  # serif
  fonts-crosextra-caladea fonts-ebgaramond fonts-linuxlibertine fonts-vollkorn fonts-cardo fonts-oldstandard
  fonts-texgyre fonts-sil-gentium fonts-sil-charis fonts-junicode fonts-urw-base35 fonts-lmodern fonts-arapey
  fonts-goudybookletter fonts-prociono fonts-stix
  # hands and display, for variety; packages that would change the held-out Latin families stay out (fonts.held_out)
  fonts-comic-neue fonts-dancingscript fonts-lobstertwo fonts-humor-sans fonts-opendyslexic
  fonts-breip fonts-dkg-handwriting fonts-ecolier-court fonts-havana fonts-kristi fonts-leckerli-one fonts-rufscript
  fonts-sjfonts
  # Simplified Chinese: sans (hei), serif (song) and brush (kai)
  fonts-noto-cjk fonts-wqy-microhei fonts-wqy-zenhei fonts-smiley-sans fonts-arphic-uming fonts-arphic-ukai
  fonts-arphic-gbsn00lp fonts-arphic-gkai00mp fonts-lxgw-wenkai
  # draws no letter: lays out flowcharts
  graphviz
)
as_root=""
if [ "$(id -u)" -ne 0 ]; then as_root=sudo; fi
$as_root apt-get update -qq
# One package that a distribution has dropped must not stop the others.
for package in "${packages[@]}"; do
  $as_root apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || echo "not available: $package" >&2
done
