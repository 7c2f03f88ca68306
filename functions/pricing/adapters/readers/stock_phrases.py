"""The phrases shops use for stock and for selling, by meaning: in folded case and UTF-8, as they are compared."""


def _any(*phrases: str) -> tuple[bytes, ...]:
    return tuple(phrase.encode() for group in phrases for phrase in group.casefold().split("|"))


OUT_OF_STOCK = _any(
    "out of stock|sold out|currently unavailable|temporarily unavailable|no longer available",
    "not available for|is unavailable",
    "ausverkauft|nicht verfügbar|nicht mehr verfügbar|nicht lieferbar|nicht vorrätig|épuisé",
    "rupture de stock|indisponible",
    "agotado|sin stock|no disponible|esgotado|indisponível|esaurito|esaurita|non disponibile",
    "uitverkocht|niet op voorraad",
    "niet leverbaar|wyprzedane|niedostępn|brak w magazynie|vyprodáno|není skladem|nedostupn",
    "vypredané|nie je skladom",
    "nie je možné produkt kúpiť|nie je možné kúpiť|nelze zakoupit|nelze koupit|elfogyott",
    "nincs készleten|stoc epuizat",
    "indisponibil|изчерпан|нет в наличии|распродан|немає в наявності|slutsåld|udsolgt|utsolgt",
    "loppuunmyyty|ei saatavilla",
    "tükendi|stokta yok|nav pieejams|izpārdots|välja müüdud|išparduota|εξαντλ|売り切れ",
    "在庫切れ|在庫なし|품절|缺貨|缺货|售完",
    "補貨中|نفدت|غير متوفر|نفذت|hết hàng",
)
PRE_ORDER = _any(
    "pre-order|preorder|pre order|vorbestell|précommande|preventa|pré-venda|předobjedn",
    "predobjedn|предзаказ|預購|予約受付",
)
BACK_ORDER = _any("back-order|backorder|nachbestellt|sur commande|под заказ|op bestelling|na objednávku")
IN_STOCK = _any(
    "in stock|available now|auf lager|sofort lieferbar|en stock|em estoque|disponibile",
    "op voorraad|w magazynie|skladem|skladom",
    "na sklade|raktáron|în stoc|в наличии|в наявності|i lager|på lager|varastossa|stokta",
    "ir noliktavā|在庫あり|有貨|有货|現貨",
    "متوفر|còn hàng",
)
BUY = _any(
    "add to cart|add to bag|add to basket|add to trolley|buy now|buy it now|place bid",
    "in den warenkorb|in den einkaufswagen",
    "jetzt kaufen|ajouter au panier|añadir a|agregar al carro|agregar al carrito|comprar",
    "adicionar ao carrinho|aggiungi al",
    "acquista|in winkelwagen|in winkelmand|dodaj do koszyka|kup teraz|do koszyka|do košíka",
    "do košíku|koupit|kúpiť teraz|kosárba",
    "adaugă în coș|в корзину|купить|в кошик|купити|lägg i varukorg|læg i kurv",
    "legg i handlekurv|lisää ostoskoriin|sepete ekle",
    "satın al|ielikt grozā|pievienot grozam|pirkt|lisa korvi|į krepšelį|カートに入れる|購入する|장바구니",
    "加入購物車|加入购物车",
    "立即購買|放入購物車|直接購買|أضف|اشتر",
    "thêm vào giỏ|mua ngay|contact supplier|start order|chat with seller|make offer",
    "make an offer|contact seller|add to trolley",
)
BUTTON_NAMES = ("addtocart", "add-to-cart", "add_to_cart", "addtobag", "add-to-bag", "addtobasket",
                "add-to-basket", "buybox", "buy-button", "btn-buy", "reply-button",
                "add-to-trolley", "buybtn")  # fmt: skip
