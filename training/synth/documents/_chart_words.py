"""Words that charts are labelled with, in every language."""

QUANTITIES = {  # name:unit
    "en": "Sales:million $|Revenue:thousand €|Population:thousands|Temperature:°C|Rainfall:mm|Output:tonnes|"
    "Visitors:thousands|Score:points|Market share:%|Energy use:GWh|Unit price:USD|Top speed:km/h|Accuracy:%|"
    "Latency:ms|Weight:kg|Orders:|Headcount:|Growth:%|Error rate:%|Distance:km|Users:millions|Cost:£m|Hours worked:h",
    "de": "Umsatz:Mio. €|Einwohner:Tausend|Temperatur:°C|Niederschlag:mm|Produktion:Tonnen|Besucher:Tausend|Anteil:%|"
    "Stromverbrauch:GWh|Preis:€|Gewicht:kg|Bestellungen:|Mitarbeiter:|Wachstum:%|Kosten:Tsd. €",
    "fr": "Ventes:M€|Population:milliers|Température:°C|Précipitations:mm|Production:tonnes|Visiteurs:milliers|Part:%|"
    "Consommation:GWh|Prix:€|Poids:kg|Commandes:|Effectif:|Croissance:%|Coûts:k€",
    "es": "Ventas:millones de €|Población:miles|Temperatura:°C|Lluvia:mm|Producción:toneladas|Visitantes:miles|"
    "Cuota:%|Consumo:GWh|Precio:€|Peso:kg|Pedidos:|Empleados:|Crecimiento:%|Costes:miles de €",
    "it": "Vendite:milioni di €|Popolazione:migliaia|Temperatura:°C|Pioggia:mm|Produzione:tonnellate|"
    "Visitatori:migliaia|Quota:%|Consumo:GWh|Prezzo:€|Peso:kg|Ordini:|Dipendenti:|Crescita:%|Costi:migliaia di €",
    "pt": "Vendas:milhões de €|População:milhares|Temperatura:°C|Chuva:mm|Produção:toneladas|Visitantes:milhares|"
    "Quota:%|Consumo:GWh|Preço:R$|Peso:kg|Encomendas:|Funcionários:|Crescimento:%|Custos:mil €",
    "nl": "Omzet:mln. €|Inwoners:duizenden|Temperatuur:°C|Neerslag:mm|Productie:ton|Bezoekers:duizenden|Aandeel:%|"
    "Verbruik:GWh|Prijs:€|Gewicht:kg|Bestellingen:|Medewerkers:|Groei:%|Kosten:€ 1000",
    "pl": "Sprzedaż:mln zł|Ludność:tys.|Temperatura:°C|Opady:mm|Produkcja:tony|Odwiedzający:tys.|Udział:%|"
    "Zużycie:GWh|Cena:zł|Masa:kg|Zamówienia:|Pracownicy:|Wzrost:%|Koszty:tys. zł",
    "zh": "销售额:万元|营业收入:亿元|人口:万人|气温:℃|降水量:mm|产量:吨|游客人数:万人次|得分:分|市场份额:%|"
    "用电量:亿千瓦时|单价:元|准确率:%|延迟:毫秒|重量:千克|订单数:单|员工人数:人|增长率:%|成本:万元|库存:件",
}
WHOLE = ("", "单", "人", "件", "points", "分")
"""Units of what is counted, as orders and people, of which there are no halves."""

CATEGORIES = {  # month, year, quarter, weekday, city, product, company, group, age
    "en": "Month|Year|Quarter|Day|City|Product|Company|Group|Age",
    "de": "Monat|Jahr|Quartal|Wochentag|Stadt|Produkt|Firma|Gruppe|Alter",
    "fr": "Mois|Année|Trimestre|Jour|Ville|Produit|Société|Groupe|Âge",
    "es": "Mes|Año|Trimestre|Día|Ciudad|Producto|Empresa|Grupo|Edad",
    "it": "Mese|Anno|Trimestre|Giorno|Città|Prodotto|Azienda|Gruppo|Età",
    "pt": "Mês|Ano|Trimestre|Dia|Cidade|Produto|Empresa|Grupo|Idade",
    "nl": "Maand|Jaar|Kwartaal|Dag|Stad|Product|Bedrijf|Groep|Leeftijd",
    "pl": "Miesiąc|Rok|Kwartał|Dzień|Miasto|Produkt|Firma|Grupa|Wiek",
    "zh": "月份|年份|季度|星期|城市|产品|公司|组别|年龄",
}
TITLES = {
    "en": "{value} by {category}|{value} per {category}|{value}, {first} to {last}|{category} and {value}",
    "de": "{value} nach {category}|{value} je {category}|{value} von {first} bis {last}",
    "fr": "{value} par {category}|{value} : {category}|{value}, de {first} à {last}",
    "es": "{value} por {category}|{value} según {category}|{value}, de {first} a {last}",
    "it": "{value} per {category}|{value} secondo {category}|{value}, da {first} a {last}",
    "pt": "{value} por {category}|{value} segundo {category}|{value}, de {first} a {last}",
    "nl": "{value} per {category}|{value} naar {category}|{value}, {first} tot {last}",
    "pl": "{value}: {category}|{value} według: {category}|{value}, {first} – {last}",
    "zh": "各{category}{value}|{value}统计图|{first}至{last}{value}|不同{category}的{value}对比",
}
SOURCES = {
    "en": "Source: |Data: |Source: ",
    "de": "Quelle: |Daten: ",
    "fr": "Source : |Données : ",
    "es": "Fuente: |Datos: ",
    "it": "Fonte: |Dati: ",
    "pt": "Fonte: |Dados: ",
    "nl": "Bron: |Gegevens: ",
    "pl": "Źródło: |Dane: ",
    "zh": "数据来源：|来源：",
}
CAPTIONS = {
    "en": "Figure {n}: |Fig. {n}. |Chart {n}. ",
    "de": "Abbildung {n}: |Abb. {n}: ",
    "fr": "Figure {n} : |Fig. {n}. ",
    "es": "Figura {n}. |Gráfico {n}. ",
    "it": "Figura {n}. |Grafico {n}. ",
    "pt": "Figura {n}. |Gráfico {n}. ",
    "nl": "Figuur {n}. |Grafiek {n}. ",
    "pl": "Rysunek {n}. |Wykres {n}. ",
    "zh": "图{n} |图 {n}：",
}
