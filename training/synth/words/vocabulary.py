"""The word lists behind `invent.py`: syllables, function words, name parts, goods and calendar names by language.

Written for this project; short on purpose, since most of what is invented is put together from syllables.
"""

from __future__ import annotations

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "zh")

ONSETS = {
    "en": "b c d f g h j k l m n p r s t v w y br ch cl cr dr fl fr gr pl pr sh sl sp st th tr wh qu",
    "de": "b d f g h j k l m n p r s t w z sch st sp tr br kr pf gr fl bl kn",
    "fr": "b c d f g j l m n p r s t v ch br cr pl gr tr qu fr",
    "es": "b c d f g j l ll m n ñ p r s t v ch br tr gr pl qu",
    "it": "b c d f g l m n p r s t v z gl gn sc br tr pr sp st",
    "pt": "b c d f g j l lh m n nh p r s t v ç br pr tr gr qu",
    "nl": "b d g h j k l m n p r s t v w z sch br kr st gr vr",
    "pl": "b c d g j k l ł m n p r s t w z ż ś ć sz cz rz prz kr st dz ch",
}
VOWELS = {
    "en": "a e i o u ai ea ee oo ou y",
    "de": "a e i o u ei au ie ä ö ü eu",
    "fr": "a e i o u é è ê ou ai eau oi â ô eu î",
    "es": "a e i o u á é í ó ú ie ue",
    "it": "a e i o u à è ì ò ù io ia",
    "pt": "a e i o u á é í ó ã õ â ê ei ão",
    "nl": "a e i o u aa ee ij oe ui ou ë",
    "pl": "a e i o u y ą ę ó ie ia",
}
CODAS = {
    "en": " n r s t l m d ck ng st rd ll nt x",
    "de": " n r s t l m ch ng tz nd rt ß",
    "fr": " n r s t l m x nt",
    "es": " n r s l d z",
    "it": " n r l",
    "pt": " s r l m z",
    "nl": " n r s t l k ng cht rd",
    "pl": " n r k t m l j ć sz ń w",
}

# Function words: what makes invented prose look like prose.
FUNCTION_WORDS = {
    "en": "the of and a to in is that for it as was with be by on not he she they this are or his her from at "
    "which but "
    "have an had you were all one we can has there been if more when will would who so no its about into than",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er "
    "hat dass sie nach wird bei einer um am sind noch wie über so zum war haben nur oder aber vor zur bis mehr",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont elle aux ou "
    "avec son cette mais comme nous sa fait été aussi leur bien peut ces y où même",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin "
    "sobre este ya entre cuando todo esta ser son también había era muy hasta desde",
    "it": "di e il la che in a per un del è i una non con le si dei da al sono come nel della gli alla più anche "
    "lo ma "
    "ha su se o dal delle tra stato questa quando molto così già",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à "
    "seu sua "
    "ou ser quando muito há nos já está eu também só pelo até",
    "nl": "de van een het en in is op te dat die voor met zijn niet aan er om ook als dan maar bij of uit nog "
    "naar heeft "
    "hij ze wordt door over tot je mij kan geen wel deze zo worden meer onder moet",
    "pl": "w i z na do się nie to jest że o a jak po co za od przez ale tak jego jej oraz czy był są dla tym "
    "który już "
    "być może tylko przy też bardzo gdy pod nad więc",
    "zh": "的 了 在 是 和 有 不 与 为 中 上 下 这 那 我们 他们 可以 因为 所以 如果 但是 并且 对于 一个 没有 进行 "
    "以及 其中",
}
ABBREVIATIONS = {
    "en": "e.g. i.e. etc. Dr. Mr. Mrs. St. vs. No. Fig. approx. Inc. p.m.",
    "de": "z. B. d. h. usw. Dr. Nr. bzw. ca. vgl. Abb. Str.",
    "fr": "etc. M. Mme Dr n° p. ex. env. fig. art.",
    "es": "etc. Sr. Sra. Dr. n.º p. ej. aprox. pág. Ud.",
    "it": "ecc. Sig. Dott. n. ad es. ca. pag. Fig.",
    "pt": "etc. Sr. Sra. Dr. n.º p. ex. aprox. pág.",
    "nl": "enz. bijv. d.w.z. dhr. mevr. nr. ca. blz.",
    "pl": "np. itd. tzn. dr p. nr ok. str. ul.",
}

FIRST_NAMES = {
    "en": "James Mary Aisha Robert Mei Patricia Daniel Siti Ahmad Linda Kevin Priya Oliver Grace Samuel Chloe",
    "de": "Jürgen Käthe Lukas Anna Günther Sophie Björn Heike Jonas Ulrike Wolfgang Mia",
    "fr": "Élodie Jean-Luc Amélie François Chloé Théo Hélène Mathieu Noémie Gaël Zoé Rémi",
    "es": "José María Íñigo Lucía Álvaro Begoña Raúl Sofía Andrés Inés Joaquín Nuria",
    "it": "Giulia Niccolò Chiara Matteo Desirée Lorenzo Noè Francesca Davide Elena Luca Ilaria",
    "pt": "João Conceição Inês Antônio Mariana Tomás Luísa Sebastião Beatriz Rui Débora Caio",
    "nl": "Joost Anouk Sjoerd Femke Daan Loïs Pieter Maaike Zoë Bram Marijke Thijs",
    "pl": "Łukasz Małgorzata Paweł Żaneta Michał Agnieszka Stanisław Wójciech Ewa Zbigniew Bożena Ola",
}
SURNAME_ENDS = {
    "en": "son ton ley man field well ford er by wood smith",
    "de": "mann müller meier berger stein bauer hofer schmidt er",
    "fr": "ard eau ier on et in ois elle",
    "es": "ez ero ado illo ano ín",
    "it": "ini etti elli ucci one aro",
    "pt": "eira es ão ado inho ães",
    "nl": "stra ma sen huis veld man kamp",
    "pl": "ski wicz czyk ak owski ik ska",
}
SURNAMES_ZH = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕欧阳司徒"
HONORIFICS = {
    "en": "Mr. Mrs. Ms. Dr. Prof.",
    "de": "Herr Frau Dr. Prof.",
    "fr": "M. Mme Dr",
    "es": "Sr. Sra. D. Dña.",
    "it": "Sig. Sig.ra Dott. Ing.",
    "pt": "Sr. Sra. Dr. Dra.",
    "nl": "Dhr. Mevr. Drs.",
    "pl": "Pan Pani Dr",
}
LEGAL_FORMS = {
    "en": "Ltd|Ltd.|Inc.|LLC|PLC|Sdn Bhd|Sdn. Bhd.|SDN BHD|Co., Ltd.|Pte Ltd|Corp.|Pty Ltd|& Sons|Group",
    "de": "GmbH|AG|GmbH & Co. KG|KG|OHG|e. K.|UG (haftungsbeschränkt)|eG|e. V.",
    "fr": "S.A.|SA|SARL|SAS|S.A.S.|EURL|& Fils|SNC",
    "es": "S.A.|S.L.|S.L.U.|S. Coop.|y Cía.|e Hijos",
    "it": "S.p.A.|S.r.l.|S.n.c.|S.a.s.|& Figli",
    "pt": "Lda.|Ltda.|S.A.|S/A|& Filhos|ME|EIRELI",
    "nl": "B.V.|N.V.|BV|V.O.F.|& Zonen|Groep",
    "pl": "Sp. z o.o.|S.A.|Sp. j.|sp. k.|P.P.H.U.",
    "zh": "有限公司|股份有限公司|有限责任公司|集团|科技有限公司|贸易有限公司|餐饮管理有限公司|商行|超市|个体工商户",
}
TRADES = {
    "en": "Trading|Foods|Hardware|Electronics|Pharmacy|Book Store|Restaurant|Cafe|Motors|Logistics|Consulting|Textiles",
    "de": "Bau|Bäckerei|Maschinenbau|Elektrotechnik|Apotheke|Handels|Getränkemarkt|Versicherung|Möbelhaus",
    "fr": "Boulangerie|Pharmacie|Bâtiment|Électricité|Librairie|Brasserie|Transports|Menuiserie",
    "es": "Panadería|Ferretería|Construcciones|Librería|Cafetería|Transportes|Farmacia|Informática",
    "it": "Panificio|Ferramenta|Costruzioni|Libreria|Trattoria|Trasporti|Farmacia|Caffè",
    "pt": "Padaria|Ferragens|Construções|Livraria|Café|Transportes|Farmácia|Informática",
    "nl": "Bakkerij|Bouw|Apotheek|Boekhandel|Eetcafé|Transport|Techniek|Verzekeringen",
    "pl": "Piekarnia|Budownictwo|Apteka|Księgarnia|Kawiarnia|Transport|Usługi|Handel",
}
# "@" stands for the invented name, "#" for the house number.
STREETS = {
    "en": "# @ Street|# @ Road|# @ Ave|# @ Lane|No. #, Jalan @|Lot #, Jalan @ 2/3|# @ Blvd, Suite 4|#-A, Lorong "
    "@|# @ Dr.",
    "de": "@straße #|@str. #|Am @weg #|@platz #|An der @ #|@allee #a",
    "fr": "# rue @|# rue de la @|# avenue @|# bis, boulevard @|# place @|# chemin des @",
    "es": "Calle @ #|C/ @, #|Avda. de @ #, 2.º B|Plaza @ #|Paseo de la @ #",
    "it": "Via @, #|Via @ #/A|Piazza @ #|Corso @, #|Viale @ #",
    "pt": "Rua @, #|R. @, n.º #|Av. @, # - 3.º Esq.|Praça @ #|Travessa da @, #",
    "nl": "@straat #|@weg #|@laan #-II|@plein #|@gracht # bis",
    "pl": "ul. @ #|ulica @ #/4|al. @ #|pl. @ # m. 7|os. @ #",
    "zh": "@路#号|@街#号|@大道#号@大厦3层|@巷#弄2号|@东路#号",
}
CITY_ENDS = {
    "en": "ton ville burg field ford ham port bury mouth",
    "de": "burg dorf stadt heim furt bach hausen münster",
    "fr": "ville sur-Mer court mont ac eux",
    "es": "illa ares eda ona osa",
    "it": "ano ona ella asco igo",
    "pt": "ães eira oso inha ide",
    "nl": "dam drecht huizen veen broek",
    "pl": "ów owo ice in sk no",
    "zh": "市 县 镇 区 州 港 山 城",
}
POSTCODES = {  # 9: a digit, A: a capital letter
    "en": "99999|99999-9999|AA9 9AA|A99 9AA|99999",
    "de": "99999|D-99999",
    "fr": "99999|F-99999",
    "es": "99999",
    "it": "99999|I-99999",
    "pt": "9999-999|99999-999",
    "nl": "9999 AA|9999AA",
    "pl": "99-999",
    "zh": "999999",
}
PHONES = {
    "en": "03-9999 9999|+60 12-999 9999|(999) 999-9999|+1 999 999 9999|020 7999 9999|1-800-999-9999",
    "de": "0999 / 99 99 99|+49 (0)99 9999999|099 9999-99",
    "fr": "01 99 99 99 99|+33 6 99 99 99 99|0 899 999 999",
    "es": "919 999 999|+34 699 99 99 99",
    "it": "02 9999999|+39 399 999 9999|099/999999",
    "pt": "219 999 999|+351 919 999 999|(11) 99999-9999",
    "nl": "020-9999999|+31 6 99999999|0999 - 99 99 99",
    "pl": "22 999 99 99|+48 699 999 999",
    "zh": "139 9999 9999|13999999999|010-99999999|400-999-9999|+86 21 9999 9999",
}
TOP_LEVELS = {
    "en": "com net org co.uk com.my io",
    "de": "de com",
    "fr": "fr com",
    "es": "es com",
    "it": "it com",
    "pt": "pt com.br",
    "nl": "nl com",
    "pl": "pl com.pl",
    "zh": "cn com.cn com",
}

GOODS = {
    "en": "Chicken Rice|Milk|Cable|Notebook|Cheese Toast|Battery AA|Fried Noodle|Shampoo|Coffee|Garlic Bread|LED "
    "Bulb|Iced Lemon "
    "Tea|Printer Paper|Screw Driver|Orange Juice|T-Shirt|Door Hinge|Beef Burger|Yoghurt|Paint Brush|Eggs|USB "
    "Adapter|Tissue Box",
    "de": "Vollmilch|Brötchen|Käsespätzle|Schraube M6|Rindergulasch|Glühbirne|Apfelschorle|Druckerpapier|Müsli|"
    "Kartoffelsalat|"
    "Bratwurst|Zahnbürste|Weißbier|Schnürsenkel|Frischkäse|Heftklammern",
    "fr": "Baguette|Café crème|Pâté de campagne|Crème brûlée|Ampoule|Cahier|Entrecôte|Jus d'orange|Fromage de "
    "chèvre|Œufs|"
    "Crêpe au sucre|Piles|Savon|Bœuf bourguignon|Câble",
    "es": "Café con leche|Jamón|Tortilla|Piña|Champú|Bombilla|Cuaderno|Paella|Aceite de oliva|Champiñones|"
    "Cerveza caña|Pilas|"
    "Pañuelos|Queso curado",
    "it": "Caffè|Cornetto|Pizza Margherita|Tiramisù|Lampadina|Quaderno|Acqua frizzante|Prosciutto|Gnocchi al "
    "ragù|Sapone|Pane|"
    "Tè freddo|Pile",
    "pt": "Café|Pão de queijo|Bacalhau|Feijão|Sabão|Lâmpada|Caderno|Água com gás|Maçã|Pastel de nata|Arroz de "
    "pato|Pilhas|Chá",
    "nl": "Koffie|Stroopwafel|Kaas|Bitterballen|Gloeilamp|Schrift|Melk|Broodje kroket|Shampoo|Appeltaart|"
    "Batterijen|Thee",
    "pl": "Kawa|Pierogi|Żurek|Chleb żytni|Śmietana|Żarówka|Zeszyt|Mleko|Kiełbasa|Masło|Szampon|Gołąbki|Baterie|Herbata",
    "zh": "牛奶 米饭 鸡蛋 酱油 笔记本 数据线 宫保鸡丁 红烧肉 矿泉水 洗发水 纸巾 电池 麻婆豆腐 苹果 面包 打印纸 "
    "灯泡 绿茶 酸辣土豆丝 牛肉面",
}
GRADES = {
    "en": "Fresh|Large|Organic|Low Fat|Premium|Classic|Mini|Spicy|Extra|Assorted|Blue|Stainless|Set",
    "de": "frisch|groß|Bio|fettarm|klassisch|klein|scharf|extra|sortiert|rot",
    "fr": "frais|grand|bio|allégé|classique|petit|épicé|extra|assorti|bleu",
    "es": "fresco|grande|ecológico|clásico|pequeño|picante|extra|surtido|rojo",
    "it": "fresco|grande|bio|classico|piccolo|piccante|extra|assortito|blu",
    "pt": "fresco|grande|biológico|clássico|pequeno|picante|extra|sortido|azul",
    "nl": "vers|groot|bio|halfvol|klassiek|klein|pittig|extra|assorti",
    "pl": "świeży|duży|bio|klasyczny|mały|ostry|extra|mix|żółty",
    "zh": "新鲜 大号 有机 低脂 特级 经典 迷你 麻辣 超值 蓝色 不锈钢 家用",
}
MEASURES = "500ml|1kg|250 g|2 x 1.5L|6pcs|12's|100%|M|XL|0.75 l|3 m|24 pack|A4 80g|330 ML|10cm"
MEASURES_ZH = "500ml|1kg|250克|6片装|12瓶|2米|中份|大杯|500g/袋|两人份"
JOBS = {
    "en": "Sales Manager|Software Engineer|Nurse|Accountant|Site Supervisor|Head Chef|Lecturer|Data Analyst|"
    "Plumber|Driver",
    "de": "Geschäftsführer|Bäckerin|Elektriker|Krankenpfleger|Buchhalterin|Maschinenbauer|Lehrerin|Verkäufer",
    "fr": "Ingénieur|Infirmière|Comptable|Électricien|Chef de cuisine|Vendeuse|Géomètre|Directeur général",
    "es": "Ingeniero|Enfermera|Contable|Electricista|Jefe de cocina|Diseñadora|Técnico|Directora general",
    "it": "Ingegnere|Infermiera|Ragioniere|Elettricista|Capocuoco|Perito|Direttrice|Commesso",
    "pt": "Engenheiro|Enfermeira|Contabilista|Eletricista|Cozinheiro|Técnica|Diretor geral|Médica",
    "nl": "Ingenieur|Verpleegkundige|Boekhouder|Elektricien|Kok|Directeur|Lerares|Verkoper",
    "pl": "Inżynier|Pielęgniarka|Księgowa|Elektryk|Kucharz|Dyrektor|Nauczycielka|Sprzedawca",
    "zh": "销售经理|软件工程师|护士|会计|厨师长|讲师|数据分析师|司机|行政助理|总经理",
}

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "zh": "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
}
WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "zh": "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
}
COLUMNS = {  # heads of invented tables: number, text, name, date, price, quantity
    "en": "No.|Description|Name|Date|Price|Qty",
    "de": "Nr.|Bezeichnung|Name|Datum|Preis|Menge",
    "fr": "N°|Désignation|Nom|Date|Prix|Qté",
    "es": "N.º|Descripción|Nombre|Fecha|Precio|Cant.",
    "it": "N.|Descrizione|Nome|Data|Prezzo|Q.tà",
    "pt": "N.º|Descrição|Nome|Data|Preço|Qtd.",
    "nl": "Nr.|Omschrijving|Naam|Datum|Prijs|Aantal",
    "pl": "Lp.|Opis|Nazwisko|Data|Cena|Ilość",
    "zh": "序号|名称|姓名|日期|价格|数量",
}
