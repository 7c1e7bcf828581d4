"""Stickers on the hip bones (anterior superior iliac spines): what pelvic drop is measured from.

`colour` knows what a sticker looks like, `finding` which two spots are the pair, `following` where they are
in every frame; `wearing` puts it together.
"""
