"""Draws `page.png`: a short letter of our own wording, in a font (FreeSerif) that nano was not trained on.

python examples/make_page.py /usr/share/fonts/truetype/freefont/FreeSerif.ttf
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

LETTER = """\
Harbour Lights Bakery
14 Quayside Lane, Whitby
Order 20418 of 3 March 2026

Dear Ms Okafor,

Thank you for your order of twelve
sourdough loaves and 36 almond rolls.
They will be ready on Friday at 07:30.

Loaves   12 x 4.20     50.40
Rolls    36 x 0.85     30.60
Total due              81.00

Please bring this letter with you.
"""

font = ImageFont.truetype(sys.argv[1], 30)
page = Image.new("RGB", (720, 860), (250, 248, 244))
ImageDraw.Draw(page).multiline_text((70, 70), LETTER, font=font, fill=(30, 30, 40), spacing=18)
page.save(Path(__file__).with_name("page.png"), optimize=True)
