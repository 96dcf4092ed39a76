"""What signs say, in English and Chinese, and words for shops, posters and labels in every language.

Written for this project. One phrase in ten, by hash, is for testing only.
"""

from __future__ import annotations

import functools

from training.synth.fonts import held_out

_PHRASES = {
    "notice": """
No Parking|禁止停车
No Smoking|禁止吸烟
No Entry|禁止入内
Keep Out|请勿入内
Staff Only|员工专用
Emergency Exit|紧急出口
Fire Exit Keep Clear|消防通道 请勿堵塞
Please Keep Quiet|请保持安静
Please Queue Here|请在此排队
Mind the Step|小心台阶
Mind the Gap|注意空隙
Push|推
Pull|拉
Open|营业中
Closed|休息中
Welcome|欢迎光临
Information|问讯处
Lost Property|失物招领
Ticket Office|售票处
Toilets|洗手间
Lift|电梯
Drinking Water|饮用水
First Aid|急救站
Assembly Point|集合点
Waiting Room|候车室
Cashier|收银台
Reception|接待处
Please Ring the Bell|请按门铃
Keep off the Grass|请勿践踏草坪
Do Not Feed the Birds|请勿喂鸟
Do Not Touch|请勿触摸
No Photography|禁止拍照
No Swimming|禁止游泳
No Fishing|禁止钓鱼
Dogs Must Be Kept on a Lead|请用绳子牵好您的狗
Please Take Off Your Shoes|请脱鞋
Please Close the Door|请随手关门
Save Water|节约用水
Turn Off the Lights|请随手关灯
Visitors Must Report to the Office|来访者请先登记
Baggage Claim|行李提取
Customs|海关
Departures|出发
Arrivals|到达
Boarding Gate|登机口
Bus Stop|公共汽车站
Taxi|出租车
Car Park|停车场
Library|图书馆
Meeting Room|会议室
Laboratory|实验室
Dining Hall|餐厅
Pharmacy|药房
Charging Station|充电站
Recycling|可回收物
Other Waste|其他垃圾
Free Wireless Internet|免费无线网络
Authorised Vehicles Only|仅限授权车辆
Private Property|私人领地
Please Wait Behind the Yellow Line|请在黄线外等候
Hold the Handrail|请扶好扶手
Beware of Pickpockets|谨防扒手
Left Luggage|行李寄存
Way Out|出口
Entrance|入口
No Entry for Bicycles|自行车禁止入内
""",
    "warning": """
High Voltage|高压危险
Wet Floor|小心地滑
Beware of the Dog|内有恶犬
Hot Surface|高温表面 请勿触摸
Slippery Road|路面湿滑
Falling Rocks|注意落石
Deep Water|水深危险
Construction Work in Progress|正在施工
Hard Hats Must Be Worn|必须戴安全帽
Eye Protection Required|必须戴防护眼镜
Flammable Liquid|易燃液体
Corrosive|腐蚀性物质
Poison|有毒物质
Overhead Crane|上方有吊车
Low Ceiling|注意碰头
Moving Machinery|注意机械转动
Do Not Enter without Permission|未经许可不得入内
Fragile Handle with Care|易碎 小心轻放
Forklifts Operating|叉车作业
No Naked Flames|严禁烟火
Strong Current|水流湍急
Mind Your Head|小心碰头
Ear Protection Required|必须戴护耳器
Keep Hands Clear|当心夹手
Radiation|当心辐射
Laser in Use|激光工作中
Thin Ice|冰面危险
Children Crossing|注意儿童
Steep Slope|陡坡危险
Trip Hazard|当心绊倒
""",
    "sale": """
Big Sale|大减价
Buy One Get One Free|买一送一
Special Offer|特价优惠
New Arrivals|新品上市
Half Price|半价
Last Days|最后几天
Grand Opening|盛大开业
Everything Must Go|清仓处理
Best Seller|热销商品
Limited Time Only|限时优惠
Fresh Every Day|每日新鲜
Members Save More|会员更优惠
Coming Soon|即将上市
Free Delivery|免费送货
Today Only|仅限今日
Happy Hour|欢乐时光
Now Hiring|诚聘英才
For Rent|出租
For Sale|出售
Made by Hand|手工制作
""",
}
WARNINGS = (("DANGER", "危险"), ("WARNING", "警告"), ("CAUTION", "注意"), ("NOTICE", "告示"), ("ATTENTION", "注意"))
STREETS = {
    "en": "Street|Road|Avenue|Lane|Way|Drive|Close",
    "de": "Straße|Weg|Platz|Allee|Gasse",
    "fr": "rue|avenue|boulevard|place",
    "es": "Calle|Avenida|Plaza|Paseo",
    "it": "Via|Piazza|Viale|Corso",
    "pt": "Rua|Avenida|Praça|Travessa",
    "nl": "straat|weg|laan|plein",
    "pl": "ulica|aleja|plac",
    "zh": "路|街|大道|巷",
}
HOURS = {  # heading, weekdays, Saturday, Sunday, closed
    "en": "Opening hours|Mon–Fri|Saturday|Sunday|closed",
    "de": "Öffnungszeiten|Mo–Fr|Samstag|Sonntag|geschlossen",
    "fr": "Horaires d’ouverture|Lun–Ven|Samedi|Dimanche|fermé",
    "es": "Horario|Lun–Vie|Sábado|Domingo|cerrado",
    "it": "Orario di apertura|Lun–Ven|Sabato|Domenica|chiuso",
    "pt": "Horário|Seg–Sex|Sábado|Domingo|fechado",
    "nl": "Openingstijden|Ma–Vr|Zaterdag|Zondag|gesloten",
    "pl": "Godziny otwarcia|Pn–Pt|Sobota|Niedziela|zamknięte",
    "zh": "营业时间|周一至周五|周六|周日|休息",
}
MENUS = {
    "en": "Menu|Today’s specials|Lunch|Drinks|Breakfast|Coffee|From the grill",
    "de": "Speisekarte|Tageskarte|Mittagstisch|Getränke|Frühstück",
    "fr": "La carte|Plat du jour|Boissons|Nos desserts|Petit-déjeuner",
    "es": "Menú del día|Bebidas|Tapas|Postres|Desayunos",
    "it": "Menù del giorno|Bevande|Primi piatti|Dolci|Pizze",
    "pt": "Ementa|Prato do dia|Bebidas|Sobremesas",
    "nl": "Menukaart|Dagschotel|Dranken|Lunch",
    "pl": "Menu|Danie dnia|Napoje|Desery",
    "zh": "菜单|今日特价|饮品|主食|招牌菜|早餐",
}
TEL = {
    "en": "Tel. |Call ",
    "de": "Tel. ",
    "fr": "Tél. ",
    "es": "Tel. ",
    "it": "Tel. ",
    "pt": "Tel. ",
    "nl": "Tel. ",
    "pl": "tel. ",
    "zh": "电话：|订餐热线：",
}
LABELS = {  # net weight, ingredients, best before, batch, store
    "en": "Net weight|Ingredients:|Best before|Batch|Store in a cool, dry place.",
    "de": "Nettogewicht|Zutaten:|Mindestens haltbar bis|Charge|Kühl und trocken lagern.",
    "fr": "Poids net|Ingrédients :|À consommer avant|Lot|À conserver au frais et au sec.",
    "es": "Peso neto|Ingredientes:|Consumir antes de|Lote|Conservar en lugar fresco y seco.",
    "it": "Peso netto|Ingredienti:|Da consumarsi entro|Lotto|Conservare in luogo fresco e asciutto.",
    "pt": "Peso líquido|Ingredientes:|Consumir antes de|Lote|Conservar em local fresco e seco.",
    "nl": "Nettogewicht|Ingrediënten:|Ten minste houdbaar tot|Partij|Koel en droog bewaren.",
    "pl": "Masa netto|Składniki:|Najlepiej spożyć przed|Partia|Przechowywać w suchym miejscu.",
    "zh": "净含量|配料：|保质期至|批号|请置于阴凉干燥处。",
}


@functools.cache
def phrases(kind: str, testing: bool) -> tuple[tuple[str, str], ...]:
    """(English, Chinese) of a kind: "notice", "warning" or "sale"."""
    pairs = [line.split("|") for line in _PHRASES[kind].strip().splitlines()]
    return tuple((en, zh) for en, zh in pairs if held_out("sign:" + en) == testing)
