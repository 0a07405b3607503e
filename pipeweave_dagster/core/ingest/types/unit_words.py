# ruff: noqa: RUF001 - currencies and units in the letters of their countries
"""The regexes of units and currencies that may stand beside numbers, in any case."""

_PLAIN = (
    "km|m|cm|mm|kg|g|mg|t|lb|lbs|oz|l|ml|cl|h|hr|hrs|min|mins|s|sec|secs|ms|day|days|month|months|"
    "year|years|yr|yrs|kwh|mwh|kw|mw|w|v|a|mph|kmh|kph|°c|°f|°|c|f|mb|gb|kb|tb|px|in|ft|"
    "inch|inches|hz|khz|mhz|ghz|cc|bhp|hp|nm|rpm|kmpl|mpg|sq ft|sqft|sq m|sq km|sq mi|cu m|cu ft|"
    "ha|psi|‰|bps|pp|ppm|ppb|"
    'bar|pa|kpa|mpa|kcal|cal|kj|j|pcs|x|stars|star|points|pts|people|persons|years old|\\+|%|"'
)
# `\` is the yen sign of Japanese code pages, in which spreadsheets write `\1,200`.
CURRENCIES = (
    r"US\$|\$|£|€|¥|₹|USD|EUR|GBP|CHF|INR|Rs\.?|R\$|A\$|C\$|kr|zł|\\|￥|円|元|원|₩|₽|₺|₫|₪|฿|₱|₦|₴|"
    r"руб\.?|Kč|Ft|TL|lei|Rp\.?|RM|S/\.?|S?Fr\.|kr\.|HK\$|NT\$|NZ\$|S\$|MX\$|JPY|CNY|RMB|KRW|RUB|TRY|CZK|"
    r"HUF|PLN|RON|SEK|NOK|DKK|AUD|CAD|NZD|SGD|HKD|BRL|MXN|ZAR|THB|VND|IDR|MYR|PHP|ILS|AED|SAR"
)
_LENGTH = "(?:[kdcmµn]?m|hm|dam|inch|in|ft|yd|mi)"
_POWER = rf"(?:{_LENGTH}(?:\^?[23]|[²³]))"
_VOLUME = "[mcdhµ]?l"
_TIME = "(?:h|hr|hour|min|sec|s|day|d|week|month|year|yr|y|a)"
_MUCH = (
    rf"(?:{_POWER}|{_LENGTH}|[kmµnp]?g|t|lbs?|oz|{_VOLUME}|gal|[kmgt]?wh?|[kmg]?j|[kmg]?cal|"
    "[mµnp]?mol|[mµ]?iu|u|[kmg]?bq|[mµn]?sv|[mk]?n|[kmgt]?bit|[kmgt]b|°c|k|rad|rev|cells|copies|"
    rf"persons|people|inhabitants|inh(?:ab)?[.]?|hab[.]?|einwohner|einw[.]?|ew|ct|cents?|{CURRENCIES})"
)
_PER = (
    rf"(?:{_POWER}|(?:100 ?)?(?:{_LENGTH}|[kmµ]?g|{_VOLUME})|{_TIME}(?:\^?2|²)?|ha|t|lb|gal|k|"
    "[kmg]?wh|m?mol|[kmg]?j|person|capita)"
)
_EXPONENT = r"(?:\^?-[123]|⁻[¹²³])"
# What is looked for ahead is cheap to miss, as nearly all texts do.
UNITS = (
    rf"(?=[^0-9 ]{{1,5}}[23²³]){_POWER}|(?=[^/]{{1,14}}/){_MUCH}/{_PER}(?:/{_PER})?|"
    rf"(?=[^-⁻]{{3,18}}[-⁻][123¹²³]){_MUCH}(?:[ ·]{_PER}{_EXPONENT}){{1,2}}|{_PLAIN}"
)
"""Units, also with powers (`km2`, `m³`) and compound ones (`km/h`, `l/100km`, `W m-2`)."""
POWER_LIKE_A_CODE = r"[0-9]+[A-Z]{1,2}[23]"
"""`3M2`, which people write `3m2` or `3 M2` where it is an area."""
