"""What may stand in what: which elements an opening tag ends, and beyond which none looks (HTML, 13.2.6)."""

UNREAD = frozenset(
    [b"script", b"style", b"template", b"textarea", b"title", b"xmp", b"iframe", b"noembed", b"noframes"]
)
UNSHOWN = frozenset([b"script", b"style", b"template"])
ONCE = frozenset([b"html", b"head", b"body"])
HEAD, HTML = frozenset([b"head"]), frozenset([b"html"])
OF_HEAD = frozenset([b"base", b"link", b"meta", b"noscript", b"script", b"style", b"template", b"title"])
OF_TABLE = frozenset([b"table", b"tbody", b"thead", b"tfoot", b"tr", b"td", b"th", b"caption"])
ROWS = frozenset([b"tbody", b"thead", b"tfoot"])
CELLS = frozenset([b"td", b"th"])
HEADINGS = frozenset([b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"])
IN_TABLES = CELLS | {b"tr"}
BLOCKS = frozenset(
    [
        *(b"address", b"article", b"aside", b"blockquote", b"center", b"details", b"dialog", b"dir", b"div", b"dl"),
        *(b"fieldset", b"figcaption", b"figure", b"footer", b"form"),
        *(b"header", b"hgroup", b"hr", b"li", b"main", b"menu", b"nav", b"ol", b"p", b"pre", b"search", b"section"),
        *(b"summary", b"table", b"ul", b"dd", b"dt"),
        *HEADINGS,
    ]
)
WALLS = frozenset([b"html", b"body", b"button", b"object", b"select"]) | OF_TABLE
# What an opening tag ends, and what it does not look beyond.
ENDS: dict[bytes, tuple[frozenset[bytes], frozenset[bytes]]] = {
    **{name: (frozenset([b"p"]), WALLS) for name in BLOCKS},
    b"li": (frozenset([b"li", b"p"]), (BLOCKS | WALLS) - {b"li", b"p", b"div", b"address"}),
    **{
        name: (frozenset([b"dt", b"dd", b"p"]), (BLOCKS | WALLS) - {b"dt", b"dd", b"p", b"div", b"address"})
        for name in (b"dt", b"dd")
    },
    **{name: (CELLS, frozenset([b"tr", b"table"])) for name in CELLS},
    b"tr": (frozenset([b"tr", b"caption"]), ROWS | {b"table"}),
    **{name: (ROWS | {b"tr", b"caption"}, frozenset([b"table"])) for name in ROWS},
    b"option": (frozenset([b"option"]), frozenset([b"select", b"optgroup", b"datalist"])),
    b"optgroup": (frozenset([b"option", b"optgroup"]), frozenset([b"select"])),
    b"a": (frozenset([b"a"]), BLOCKS | WALLS),
    b"button": (frozenset([b"button"]), WALLS - {b"button"}),
    b"body": (frozenset([b"head"]), frozenset([b"html"])),
}
