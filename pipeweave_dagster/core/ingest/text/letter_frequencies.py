# ruff: noqa: RUF001 - the letters of many alphabets are compared with those of a text
"""Letters of languages in the order of their frequency, and the encodings that write them.

The letters are those beyond ASCII; their frequency falls about as one over their rank. A wrong
encoding shows letters that no language has together.
"""

from typing import NamedTuple


class Language(NamedTuple):
    """A language, or languages that often share a table.

    Attributes:
        letters: Letters beyond ASCII in lower case, the most frequent first.
        encodings: Python's names of its encodings, and how many bits rarer each is than cp1252.
    """

    letters: str
    encodings: dict[str, float]


_WESTERN = {"cp1252": 0.0, "iso8859_15": 6.0, "mac_roman": 5.0, "cp850": 8.0, "cp437": 9.0}
_CENTRAL = {"cp1250": 4.0, "iso8859_2": 5.0, "cp852": 9.0, "mac_latin2": 14.0}
_BALTIC = {"cp1257": 7.0, "iso8859_13": 9.0, "cp775": 12.0}
_CYRILLIC = {"cp1251": 3.0, "koi8_u": 5.0, "cp866": 7.0, "iso8859_5": 8.0, "mac_cyrillic": 10.0}
_GREEK = {"cp1253": 4.0, "iso8859_7": 5.0, "cp737": 10.0}
_TURKISH = {"cp1254": 4.0, "cp857": 11.0}

LANGUAGES: dict[str, Language] = {
    # Hardly any letters, but the marks that word processors put.
    "English": Language("’“”–—‘…•£é€°™®©½±µ²×³ñ¼§", _WESTERN),
    "German": Language("üäöß", _WESTERN),
    "French": Language("éèàêçâôîûïùëœæüÿ", _WESTERN),
    "Dutch": Language("ëéïöüèáóç", _WESTERN),
    "Spanish": Language("óíáéñúüç", _WESTERN),
    "Catalan": Language("àèéíóòçúüï", _WESTERN),
    "Portuguese": Language("ãáçéíóêõúâàôü", _WESTERN),
    "Italian": Language("àèùòéìíóú", _WESTERN),
    "Nordic": Language("äöåøæéüáóí", _WESTERN),
    "Icelandic": Language("íáóðéöúþýæ", {k: v + 3 for k, v in _WESTERN.items()}),
    "Western": Language(
        "éáíóüöäèçñãøåúßæôàêëõîïòâùìûýðœþÿ", {k: v + 1 for k, v in _WESTERN.items()}
    ),
    "Polish": Language("łąóęśżćńź", _CENTRAL),
    "Czech": Language("áíéýěščžřůúňťďóöü", _CENTRAL),
    "Slovak": Language("áíéýčžúšľťóňôďäĺŕ", _CENTRAL),
    "Hungarian": Language("áéóíöőüúű", _CENTRAL),
    "Romanian": Language("ăîțșâţş", _CENTRAL),
    "South Slavic": Language("čšžćđöü", _CENTRAL),
    "Central European": Language(
        "áéíčšžóýöłüúěćńřąęśżôäőďťňľůđűăîâțșţşźĺŕß", {k: v + 2 for k, v in _CENTRAL.items()}
    ),
    "Turkish": Language("ıüşğçöiâîû", _TURKISH),
    "Lithuanian": Language("ėųščžįūąę", _BALTIC),
    "Latvian": Language("āīēšūņļžčģķõ", _BALTIC),
    "Estonian": Language("äõöüšžé", _BALTIC),
    "Russian": Language("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", _CYRILLIC),
    "Ukrainian": Language("оанивіретслкмдупязьбгчйхжїшцюєщфґыэ", _CYRILLIC),
    "Bulgarian": Language("аиоентрсвлкдпмзгбуъчящхцжшйюфь", _CYRILLIC),
    "Serbian": Language("аиоенртсвукдлјмпзбгчцшжћљњхђџфќѓѕ", _CYRILLIC),
    "Greek": Language("αοιετσνηυρπκμλςίάόγέδήωχθύφβώξζψϊϋΐΰ", _GREEK),
    "Hebrew": Language(
        "יוהלאתרבשמנחדקםעפגטןכסצזךףץ" + "".join(map(chr, range(0x5B0, 0x5C3))),
        {
            "cp1255": 4.0,
            "iso8859_8": 7.0,
        },
    ),
    "Arabic": Language(
        "اليمنوةرتبدعسكحفقهجشطأخصزضىثغإذءظئآؤ،؟؛ًٌٍَُِّْـ", {"cp1256": 4.0, "iso8859_6": 8.0}
    ),
    "Persian": Language("ایرندمتهوسشبکزگلفخقپعجچحآصطژضغئثذظءأؤ،؟؛ي", {"cp1256": 5.0}),
    "Thai": Language("านรอกเงมยลวดท่สตะคปบ้ีหิัแจพขใไ์็ชูุซโผภืถศณษธึฟฉญฐฒำฏฑฆฬฌฎฮฤๆฯ", {"cp874": 5.0}),
    "Japanese": Language(
        "のにをはたがでとしるてなれいあらまりすさこっくもそきかうけせえめよつおちやわひびじどごげべぶばみほへふむゆねろんだずぜぞぎぐぬぼぷぱぴぽぺゃゅょぁぃぅぇぉざづァィゥェォ"
        "ーンスルトリアラクイシドタジフレロプコバマカテメグサットムナキニデハパビオウボポダガチヤユヨワミモソノネホヘベペピブヒザセエケゲズゼゾゴヌヅュョャヴ"
        "日本大会社田山川中村小人年一子東市区三上井高野町原木藤松林島北京新西丁目株式井橋佐石丸口平和美一郎吉青谷南城清千金崎福岡府県道郡海水土生学国長前後分部内地方手女男名美子香直樹裕太陽智健里花",
        {"cp932": 4.0, "euc_jp": 6.0},
    ),
    "Korean": Language(
        "이다는의가을를에고하지서은기로도사리한들어니자인시게나라대일해아수정그보전부상원면주있과구장우소조제여국만동마생내오스문경무성명비신회세호진영현민준연김박최강윤임권황안송홍유양손배백허남심노미재희선혜철광용숙순옥자은종훈석태건울산천군읍길주식요적때말안모공계치트관학업화물방식금체간본야발단연실제점들법와운당위등출입통표번중개반행의었했습것그것러면될던년월",
        {"cp949": 4.0},
    ),
    "Chinese": Language(
        "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九性通目华报立马命张活难神数件安表原车白应路期常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战接许八特直服林题建南度统色字请交爱论百义科元社术结六指思流青管李刘陈杨黄赵吴周徐孙朱胡郭罗郑梁谢宋唐韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭汪范石廖贾夏方邹熊秦江伟芳娜秀英敏静丽强磊洋勇艳杰娟涛超霞刚桂省县区限州深圳津重庆湖河岛宁广网络传媒息技",
        {"gb18030": 4.0},
    ),
    "Taiwanese": Language(
        "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她里後小麼心多天而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美點月明其種聲全工己話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電四第門相次東政海口使教西再平真聽世氣信北少關並內加化由卻代軍產入先山五太水萬市眼體別處總才場師書比住員陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅潘簡朱鍾游彭詹胡施沈余盧梁趙顏柯翁魏孫戴台北高雄竹縣區鄉鎮路街志淑美俊雅怡宏家玉豪佳惠婷偉鈴限司業份",
        {"big5hkscs": 5.0},
    ),
}
