"""The accuracy suite: rendered people whose every joint is known, and how far off the measures are.

`suite` says which clips, `cases` gets each one rendered and analysed once, `agreement` compares, `report`
writes it down.
"""
