"""What receipts say: the printed words of each language.

They are the template's, the same in training and testing; names, addresses and goods come from elsewhere.
"""

from __future__ import annotations

import random


def parsed(text: str) -> dict[str, tuple[str, ...]]:
    """Lists by key: a line is "key: this|that", one that starts with "|" goes on with the list above."""
    entries = (entry.split(": ", 1) for entry in text.strip("\n").replace("\n|", "|").split("\n"))
    return {key: tuple(wordings.split("|")) for key, wordings in entries}


_TEXTS = {
    "en": """
title: TAX INVOICE|Tax Invoice|TAX INVOICE|CASH BILL|RECEIPT|INVOICE|SIMPLIFIED TAX INVOICE|CASH SALE
|SALES RECEIPT|GUEST CHECK|OFFICIAL RECEIPT|Cash Receipt|***TAX INVOICE***|>>>TAX INVOICE<<<|SALES SLIP
number: Invoice No|Receipt No|Bill No|Doc No.|Inv No|Receipt #|Invoice #|Trans No|Slip No.|Bill#|Document No
|Receipt|Invoice|CB#|Invoice Number|RCPT NO|Ticket No.|Chk
date: Date|Date|Date|Bill Date|Sales Date|Trans Date|Invoice Date
time: Time|Time|Sales Time
cashier: Cashier|Cashier|Served By|Staff|User|Salesperson|Operator|Server|Waiter|Clerk|Promoter
terminal: Terminal|Counter|POS|Reg|Station|Outlet|Lane|Till
table: Table|Table No|TBL|Tbl
guests: Pax|Pax(s)|Guests|Cover|Covers
member: Member|Member ID|Loyalty Card|Points|Customer
item: Description|Item|Desc|Item Name|Items|Particulars|Code/Desc|Item/Desc.|Product|Menu
qty: Qty|Qty|QTY|Quantity|Qnty
price: Price|U/Price|Unit Price|U.Price|U/P|S/Price|@|Rate
discount_column: Disc|Disc%|Disc.
amount: Amount|Amt|Total|Amt(RM)|Amount|Value|Price
code: Tax|Code|Tax Code|T
subtotal: Sub Total|Subtotal|SUB-TOTAL|Sub-Total|Total Amount|Gross Amount|Item Total|Total Sales
net: Total Excl. of {tax}|Total (Excluding {tax})|Taxable Amount|Net Amount|Nett of Tax|Total Excl {tax}
discount: Discount|Disc|Less Discount|Total Discount|Member Discount|Voucher|Coupon Discount|Total Saving
service: Service Charge|Service Charge {rate}%|Svr Chrg {rate}%|{rate}% Srv Chg|Serv. Chg {rate}%
tax: {tax} {rate}%|{tax} @{rate}%|{rate}% {tax}|Total {tax}|Add {tax} @ {rate}%|{tax} Amount|{tax} Payable
|{tax} ({rate}%)|{tax}
included: {tax} {rate}% (Inclusive)|Incl. {rate}% {tax}|*{rate}% {tax} Included|{tax} Included
|(Inclusive) {tax} {rate}%
rounding: Rounding|Rounding Adj|Rounding Adjustment|Rounding Adj.|Round Off|Rounding (RM)|RND ADJ
total: TOTAL|Total|Grand Total|Total Amount|Nett Total|Net Total|Rounded Total|Total Payable|Amount Due
|Total Amt Payable|TOTAL DUE|Balance Due|Total Incl. of {tax}|Total Sales Inclusive {tax}|Total After Rounding
|Final Total|Total Sales (Inclusive of {tax})
cash: Cash|CASH|Cash Received|Payment|Tendered|Cash Tendered|Amount Paid|Tender|Received Cash|Paid
change: Change|CHANGE|Change Due|Balance|Cash Change|Change Amt|Change Returned|Change Due
card: Visa|VISA CARD|Master|MasterCard|Debit Card|Credit Card|Visa Debit|AMEX|E-Wallet|Touch n Go
|Visa Contactless
approval: App. Code|Approval Code|Auth No|AID|Trace No|Ref No|Terminal ID
card_number: Card No|Card No.|Account|Acct|Card Number
items: Total Item|Item Count|No. of Items|Items|Total Items|Item(s)|Total Item(s)
pieces: Total Qty|Qty|Item Qty|Total Quantity|Qty Count|Total Qty Tender
summary: {tax} Summary|{tax} Analysis|Tax Summary|{tax} Breakdown|{tax} SUMMARY|Tax Details
summary_code: Tax Code|Code|{tax}|Rate|Type
summary_net: Amount({symbol})|Amount|Amt ({symbol})|Net Amt|Goods|Taxable Amt|Excl. {tax}
summary_tax: Tax({symbol})|Tax|{tax}|Tax Amt|{tax} Amt|{tax} ({symbol})|Tax Amount
phone: Tel|Tel|TEL|Phone|Tel No|H/P|Telephone
fax: Fax|FAX|Fax No
tax_id: {tax} ID|{tax} Reg No|{tax} No|{tax} Reg. No.|{tax} ID No|{tax} Reg|Tax ID|{tax} Registration No.
company_id: Co. Reg No|Company No|Company Reg No.|ROC No.|Reg No|Co.No.|Business Reg.
thanks: THANK YOU|Thank You. Please Come Again|THANK YOU PLEASE COME AGAIN|**** THANK YOU ****
|Thank you for shopping with us|Have a nice day!|Thank You & Come Again!|*** PLEASE COME AGAIN ***
|Thank you for your patronage|TERIMA KASIH SILA DATANG LAGI|See you again soon|We hope to see you again!
|...THANK YOU AND DO VISIT US AGAIN...
policy: GOODS SOLD ARE NOT RETURNABLE|Goods sold are not refundable or exchangeable
|Exchange within 7 days with receipt only
|Goods sold are non-returnable. Exchanges only within 7 days of purchase with this receipt (Conditions apply)
|All amounts are in local currency|Prices are inclusive of tax|Please keep this receipt as proof of purchase
|No refund without receipt|This is a computer generated invoice, no signature is required
|Price inclusive of {tax}|Customer care line: please call during office hours|E. & O. E.
|Received the above goods in good order and condition|Please check your change before leaving the counter
|Keep the invoice for applicable returns|Items marked * are on promotion
|Sign up for a member card today to enjoy exclusive promotions and collect points to redeem on future purchases
copy: CUSTOMER COPY|** RE-PRINT **|*** DUPLICATE ***|Merchant Copy|-- ORIGINAL --|COPY 1
printed: Printed on|Printed at|PRN ON|Print Date|Closed Bill
mode: TAKE AWAY|Dine In|EAT IN|DINE IN|Take Out|Delivery|*** Retail/Takeaway ***|CASH|COMPLETED|Carry Out
""",
    "zh": """
title: 收银小票|购物小票|销售小票|结账单|消费清单|增值税电子普通发票|销货单|收据|预结单|外卖订单|欢迎光临
number: 单号|流水号|小票号|发票号码|订单号|交易号|账单号|票号
date: 日期|交易日期|开票日期|销售日期|打印日期
time: 时间|交易时间|下单时间
cashier: 收银员|收款员|操作员|收银|店员|服务员
terminal: 机号|款台|收银机|门店号|POS机
table: 桌号|台号|桌台
guests: 人数|用餐人数|客数
member: 会员卡号|会员号|会员|会员积分
item: 品名|商品名称|菜品|项目|名称|商品|菜名
qty: 数量|数量|份数
price: 单价|单价|售价
discount_column: 折扣|优惠
amount: 金额|小计|金额|总价
code: 税|税率
subtotal: 小计|商品合计|消费合计|原价合计|菜品合计
net: 不含税金额|金额合计
discount: 优惠|折扣|优惠金额|会员优惠|满减|代金券
service: 服务费|服务费{rate}%
tax: {tax}|{tax} {rate}%|{tax}({rate}%)
included: 其中{tax}|含{tax}|其中{tax}{rate}%
rounding: 抹零|舍入|四舍五入
total: 合计|总计|应付|实付金额|总金额|应收金额|应付金额|价税合计|合计金额|总额
cash: 现金|实收|收款|付款|现金支付|实收金额
change: 找零|找赎|找回
card: 银联卡|微信支付|支付宝|银行卡|储值卡|云闪付
approval: 授权码|参考号|凭证号
card_number: 卡号|银行卡号
items: 品种数|商品种类|项数
pieces: 件数|总数量|总件数|商品件数
summary: 税额明细|税率汇总
summary_code: 税率|类别
summary_net: 金额|不含税额
summary_tax: 税额|税金
phone: 电话|联系电话|服务热线|订餐电话
fax: 传真
tax_id: 纳税人识别号|税号|统一社会信用代码
company_id: 注册号|执照号
thanks: 谢谢惠顾，欢迎再次光临|谢谢惠顾|欢迎下次光临|多谢惠顾！|感谢您的光临|***谢谢光临***|祝您购物愉快|祝您用餐愉快
policy: 请保留小票，以便退换商品|凭此小票七日内可退换货|请当面点清票款，离柜概不负责
|如需发票请当日在服务台开具|商品如有质量问题请凭小票退换
|扫描二维码关注公众号，领取优惠券|生鲜食品恕不退换
|所购商品如需开具发票，请在一个月内凭小票到服务台办理，过期不予受理|本单据仅作为结账凭证
copy: 顾客联|存根联|**重打印**|商户存根|第一联
printed: 打印时间|结账时间
mode: 堂食|外带|外卖|打包|现金|自助收银
""",
    "de": """
title: RECHNUNG|Quittung|KASSENBON|Kassenbeleg|Barverkauf|Bon|Rechnung/Beleg
number: Beleg-Nr.|Bon-Nr.|Rechnung Nr.|Rechnungsnr.|Beleg|TA-Nr
date: Datum|Datum|Belegdatum
time: Uhrzeit|Zeit
cashier: Bediener|Kassierer|Es bediente Sie|Kellner|Verkäufer
terminal: Kasse|Filiale|Terminal|Markt
table: Tisch|Tisch Nr.
guests: Gäste|Personen
member: Kunde|Kunden-Nr.|Bonuskarte
item: Artikel|Bezeichnung|Position
qty: Menge|Anz.|Anzahl
price: Preis|E-Preis|Einzelpreis|EP
discount_column: Rabatt
amount: Betrag|Gesamt|Summe|EUR
code: St.|Kl.
subtotal: Zwischensumme|Warenwert|Zw.-Summe
net: Nettobetrag|Netto
discount: Rabatt|Nachlass|Gutschein|Preisvorteil
service: Bedienung {rate}%
tax: {tax} {rate}%|zzgl. {tax} {rate}%|{tax}
included: inkl. {rate}% {tax}|enth. {tax} {rate}%|{tax} {rate}%
rounding: Rundung
total: SUMME|Summe|Gesamtbetrag|GESAMT|Zu zahlen|Rechnungsbetrag|Total|Endbetrag
cash: Bar|BAR|Gegeben|Gegeben BAR|Barzahlung
change: Rückgeld|Zurück|Rückgeld BAR
card: EC-Karte|girocard|Kartenzahlung|Mastercard|VISA
approval: Genehmigungs-Nr.|Trace-Nr.|VU-Nr.
card_number: Karte|PAN|Karten-Nr.
items: Positionen|Anzahl Artikel
pieces: Stück|Anzahl Teile
summary: Steuerübersicht|Steuer
summary_code: Satz|Steuer %
summary_net: Netto|Nettobetrag
summary_tax: {tax}|Steuer
phone: Tel.|Telefon|Tel
fax: Fax
tax_id: USt-IdNr.|Steuernummer|St.-Nr.|UID
company_id: HRB|Handelsregister
thanks: Vielen Dank für Ihren Einkauf!|Vielen Dank für Ihren Besuch|Danke und auf Wiedersehen
|Wir danken für Ihren Einkauf|Schönen Tag noch!|Bis bald!
policy: Umtausch nur mit Kassenbon innerhalb von 14 Tagen|Alle Preise inklusive Mehrwertsteuer
|Bitte bewahren Sie diesen Beleg auf|Reduzierte Ware ist vom Umtausch ausgeschlossen
|Es gelten unsere allgemeinen Geschäftsbedingungen|Bewirtungsaufwand-Angaben umseitig
copy: ** KUNDENBELEG **|Händlerbeleg|KOPIE|Zweitschrift
printed: Gedruckt am|Ausdruck
mode: Außer Haus|Im Haus|Zum Mitnehmen|Barverkauf
""",
    "fr": """
title: FACTURE|TICKET DE CAISSE|REÇU|Ticket|NOTE|Addition|Ticket client
number: Ticket N°|Facture N°|N° ticket|Note n°|N°
date: Date|Le|Date
time: Heure|à
cashier: Caissier|Servi par|Vendeur|Serveur|Hôtesse
terminal: Caisse|Magasin|TPV
table: Table|Table N°
guests: Couverts|Cvts
member: Client|Carte fidélité|N° client
item: Désignation|Article|Libellé|Produit
qty: Qté|Quantité|Qte
price: P.U.|Prix|Prix unit.
discount_column: Remise
amount: Montant|Total|Prix TTC
code: TVA|T
subtotal: Sous-total|Sous total|S/Total
net: Total HT|Montant HT|HT
discount: Remise|Réduction|Bon d'achat|Remise fidélité
service: Service {rate}%
tax: {tax} {rate}%|{tax}
included: dont {tax} {rate}%|{tax} {rate}%|dont {tax}
rounding: Arrondi
total: TOTAL|Total TTC|TOTAL TTC|Net à payer|NET À PAYER|Total à payer|MONTANT DÛ
cash: Espèces|ESPÈCES|Reçu|Réglé en espèces
change: Rendu|Monnaie rendue|À rendre|Rendu monnaie
card: Carte bancaire|CB|CARTE BLEUE|CB sans contact|Visa
approval: N° auto|Autorisation
card_number: Carte|N° carte
items: Nombre d'articles|Articles|Nb articles
pieces: Qté totale|Pièces
summary: Détail {tax}|Récapitulatif {tax}
summary_code: Taux|Code
summary_net: HT|Base HT|Montant HT
summary_tax: {tax}|Montant {tax}
phone: Tél.|Tél|Téléphone
fax: Fax
tax_id: TVA intra|N° TVA|SIRET|N° SIRET
company_id: RCS|SIREN
thanks: Merci de votre visite|MERCI ET À BIENTÔT|####Merci de votre visite####|Merci de votre confiance
|Bonne journée !|À très bientôt
policy: Échange sous 15 jours sur présentation du ticket|Ticket à conserver|Ni repris ni échangé
|Prix nets, service compris|Les articles soldés ne sont ni repris ni échangés
|Conservez votre ticket pour toute réclamation
copy: TICKET CLIENT|DUPLICATA|Copie commerçant|** COPIE **
printed: Imprimé le|Édité le
mode: Sur place|À emporter|Livraison|Vente comptoir
""",
    "es": """
title: FACTURA SIMPLIFICADA|TICKET|FACTURA|Recibo|Ticket de compra|NOTA DE VENTA
number: Factura N.º|Ticket N.º|Nº ticket|Folio|Factura
date: Fecha|Fecha
time: Hora|Hora
cashier: Cajero|Le atendió|Camarero|Vendedor|Atendido por
terminal: Caja|Tienda|TPV
table: Mesa|Mesa N.º
guests: Comensales|Personas
member: Cliente|Tarjeta socio|N.º socio
item: Descripción|Artículo|Concepto|Producto
qty: Cant.|Cantidad|Uds.
price: Precio|P. unit.|P.V.P.
discount_column: Dto.
amount: Importe|Total|Importe
code: IVA|T
subtotal: Subtotal|Suma|SUBTOTAL
net: Base imponible|Importe neto
discount: Descuento|Dto.|Vale|Promoción
service: Servicio {rate}%
tax: {tax} {rate}%|{tax}
included: {tax} incluido {rate}%|{tax} {rate}% incl.|Incluye {tax}
rounding: Redondeo
total: TOTAL|Total|TOTAL A PAGAR|Importe total|Total factura|TOTAL COMPRA
cash: Efectivo|EFECTIVO|Entregado|Pagado
change: Cambio|CAMBIO|Su cambio|Devolución
card: Tarjeta|TARJETA BANCARIA|Visa|Tarjeta de crédito
approval: Autorización|N.º aut.
card_number: Tarjeta|N.º tarjeta
items: Artículos|N.º artículos
pieces: Unidades|Total uds.
summary: Detalle {tax}|Desglose {tax}
summary_code: Tipo|%
summary_net: Base|Base imp.
summary_tax: Cuota|{tax}
phone: Tel.|Teléfono|Tfno.
fax: Fax
tax_id: CIF|NIF|C.I.F.|RFC
company_id: Reg. Mercantil
thanks: GRACIAS POR SU VISITA|Gracias por su compra|¡Vuelva pronto!|Muchas gracias|¡Hasta pronto!
policy: IVA incluido en todos los precios|Cambios y devoluciones en 15 días con este ticket|Conserve este ticket
|No se admiten devoluciones sin ticket|Los productos frescos no admiten devolución
copy: COPIA CLIENTE|** COPIA **|Duplicado
printed: Impreso|Emitido
mode: Para llevar|En mesa|Mostrador|A domicilio
""",
    "it": """
title: DOCUMENTO COMMERCIALE|Scontrino fiscale|RICEVUTA FISCALE|FATTURA|Preconto|Ricevuta
number: Documento N.|Scontrino N.|Doc. n.|Ricevuta N.|Nr.
date: Data|Data
time: Ora|Ore
cashier: Cassiere|Operatore|Servito da|Cameriere
terminal: Cassa|Negozio|Terminale
table: Tavolo|Tav.
guests: Coperti|Persone
member: Cliente|Tessera|Carta fedeltà
item: Descrizione|Articolo|Prodotto
qty: Q.tà|Quantità|Pz.
price: Prezzo|P. unit.|Prezzo un.
discount_column: Sconto
amount: Importo|Prezzo (€)|Totale
code: IVA|Rep.
subtotal: Subtotale|SUBTOTALE|Somma
net: Imponibile|Netto
discount: Sconto|Buono|Sconto tessera
service: Servizio {rate}%
tax: {tax} {rate}%|{tax}
included: di cui {tax}|di cui {tax} {rate}%
rounding: Arrotondamento
total: TOTALE COMPLESSIVO|TOTALE|Totale euro|TOTALE EURO|Totale da pagare|Importo pagato
cash: Contanti|CONTANTE|Pagamento contante|Contanti ricevuti
change: Resto|RESTO
card: Carta di credito|BANCOMAT|Pagamento elettronico|Carta
approval: Autorizzazione|Cod. aut.
card_number: Carta|N. carta
items: Articoli|N. articoli
pieces: Pezzi|N. pezzi
summary: Riepilogo {tax}|Dettaglio {tax}
summary_code: Aliquota|Cod.
summary_net: Imponibile|Netto
summary_tax: Imposta|{tax}
phone: Tel.|Telefono|TEL
fax: Fax
tax_id: P.IVA|Partita IVA|P. IVA|C.F.
company_id: REA
thanks: GRAZIE E ARRIVEDERCI|Grazie per la visita|Arrivederci e grazie!|Grazie, a presto
policy: Cambi entro 14 giorni con lo scontrino|Conservare lo scontrino|La merce in saldo non si cambia
|Prezzi comprensivi di IVA
copy: COPIA CLIENTE|** COPIA **|Copia esercente
printed: Stampato il|Emesso il
mode: Asporto|Al tavolo|Al banco|Consegna
""",
    "pt": """
title: FATURA SIMPLIFICADA|FATURA-RECIBO|Recibo|TALÃO|CUPOM FISCAL|Nota fiscal
number: Fatura n.º|Recibo n.º|Talão n.º|Doc.|Nº
date: Data|Data
time: Hora|Hora
cashier: Operador|Caixa|Atendido por|Vendedor|Funcionário
terminal: Caixa|Loja|Terminal
table: Mesa|Mesa n.º
guests: Pessoas|Lugares
member: Cliente|Cartão cliente
item: Descrição|Artigo|Produto|Designação
qty: Qtd.|Quantidade|Qt.
price: Preço|P. unit.|P.U.
discount_column: Desc.
amount: Valor|Total|Montante
code: IVA|Tx
subtotal: Subtotal|Soma|SUBTOTAL
net: Incidência|Valor líquido
discount: Desconto|Vale|Desconto cartão
service: Serviço {rate}%
tax: {tax} {rate}%|{tax}
included: {tax} incluído|{tax} {rate}% incluído
rounding: Arredondamento
total: TOTAL|Total a pagar|TOTAL A PAGAR|Total (IVA incl.)|VALOR TOTAL|Total da fatura
cash: Numerário|Dinheiro|DINHEIRO|Valor entregue
change: Troco|TROCO
card: Multibanco|Cartão|Cartão de crédito|MB Way
approval: Autorização|N.º aut.
card_number: Cartão|N.º cartão
items: Artigos|N.º artigos
pieces: Unidades|Qtd. total
summary: Resumo {tax}|Detalhe {tax}
summary_code: Taxa|%
summary_net: Base|Incidência
summary_tax: {tax}|Imposto
phone: Tel.|Telefone|Telef.
fax: Fax
tax_id: NIF|NIPC|Contribuinte|CNPJ
company_id: Matrícula
thanks: OBRIGADO PELA SUA VISITA|Obrigado e volte sempre|Obrigado pela preferência|Até à próxima!
policy: Trocas no prazo de 15 dias com este talão|Guarde este talão|IVA incluído à taxa em vigor
|Não se aceitam devoluções sem talão
copy: CÓPIA CLIENTE|2.ª VIA|** DUPLICADO **
printed: Impresso em|Emitido em
mode: Levar|Na mesa|Balcão|Entrega
""",
    "nl": """
title: KASSABON|Kassabon|FACTUUR|Bon|REKENING|Klantbon
number: Bonnr.|Bon nr|Factuurnr.|Transactie|Rekening nr.
date: Datum|Datum
time: Tijd|Tijd
cashier: Kassier|Medewerker|Bediend door|U bent geholpen door
terminal: Kassa|Filiaal|Terminal
table: Tafel|Tafelnr.
guests: Gasten|Personen
member: Klant|Klantnr.|Bonuskaart
item: Omschrijving|Artikel|Product
qty: Aantal|Aant.|St.
price: Prijs|Stukprijs|Per stuk
discount_column: Korting
amount: Bedrag|Totaal|EUR
code: BTW|%
subtotal: Subtotaal|SUBTOTAAL|Tussentotaal
net: Totaal excl. {tax}|Netto
discount: Korting|Bonuskorting|Tegoedbon
service: Service {rate}%
tax: {tax} {rate}%|{tax}
included: waarvan {tax} {rate}%|incl. {rate}% {tax}
rounding: Afronding
total: TOTAAL|Totaal|Te betalen|TE BETALEN|Totaalbedrag|Totaal incl. {tax}
cash: Contant|CONTANT|Ontvangen|Betaald
change: Wisselgeld|Terug|Retour contant
card: PIN|Pinnen|Maestro|Betaalpas|Creditcard
approval: Autorisatiecode|Transactienr.
card_number: Kaart|Kaartnr.
items: Artikelen|Aantal artikelen
pieces: Stuks|Totaal stuks
summary: {tax} overzicht|{tax} specificatie
summary_code: Tarief|%
summary_net: Excl.|Netto
summary_tax: {tax}|Bedrag {tax}
phone: Tel.|Telefoon|T
fax: Fax
tax_id: BTW-nr.|BTW nummer|BTW
company_id: KvK|KvK-nr.
thanks: BEDANKT EN TOT ZIENS|Bedankt voor uw bezoek|Tot de volgende keer!|Dank u wel en graag tot ziens
policy: Ruilen binnen 14 dagen met kassabon|Bewaar deze bon goed|Alle prijzen zijn inclusief btw
|Afgeprijsde artikelen worden niet geruild
copy: KOPIE KLANT|** KOPIE **|Klantbon
printed: Afgedrukt op|Geprint
mode: Afhalen|Hier opeten|Bezorgen|Balie
""",
    "pl": """
title: PARAGON FISKALNY|Paragon|FAKTURA|RACHUNEK|Paragon niefiskalny
number: Nr paragonu|Nr rachunku|Paragon nr|Faktura nr|Nr wydr.
date: Data|Data sprzedaży
time: Godzina|Czas
cashier: Kasjer|Obsługa|Sprzedawca|Kelner
terminal: Kasa|Sklep|Stanowisko
table: Stolik|Stolik nr
guests: Osoby|Gości
member: Klient|Karta klienta|Nr karty stałego klienta
item: Nazwa|Towar|Artykuł
qty: Ilość|Szt.
price: Cena|Cena jedn.
discount_column: Rabat
amount: Wartość|Kwota|Brutto
code: St.|VAT
subtotal: Podsuma|Suma częściowa|Suma cząstkowa
net: Netto|Wartość netto
discount: Rabat|Opust|Kupon rabatowy
service: Serwis {rate}%
tax: {tax} {rate}%|{tax}
included: w tym {tax} {rate}%|{tax} A {rate}%|Kwota {tax}
rounding: Zaokrąglenie
total: SUMA PLN|SUMA|Razem|RAZEM PLN|Do zapłaty|DO ZAPŁATY
cash: Gotówka|GOTÓWKA|Wpłata|Zapłacono gotówką
change: Reszta|RESZTA|Wydano
card: Karta|KARTA PŁATNICZA|Karta Visa|BLIK
approval: Kod autoryzacji|Nr transakcji
card_number: Karta|Nr karty
items: Pozycji|Liczba pozycji
pieces: Sztuk|Razem szt.
summary: Podsumowanie {tax}|Rozliczenie {tax}
summary_code: Stawka|Kod
summary_net: Netto|Sprzed. opod.
summary_tax: {tax}|Kwota {tax}
phone: Tel.|Telefon|tel.
fax: Faks
tax_id: NIP|NIP:
company_id: REGON|KRS
thanks: DZIĘKUJEMY ZA ZAKUPY|Dziękujemy i zapraszamy ponownie|Zapraszamy ponownie|Miłego dnia!
policy: Zwrot towaru do 14 dni z paragonem|Prosimy zachować paragon|Ceny zawierają podatek VAT
|Bez paragonu reklamacji nie uwzględniamy
copy: KOPIA|** DUPLIKAT **|Kopia dla klienta
printed: Wydrukowano|Data wydruku
mode: Na wynos|Na miejscu|Dostawa|Sprzedaż detaliczna
""",
}


WORDS = {language: parsed(text) for language, text in _TEXTS.items()}
"""The wordings by language and key."""


def word(rng: random.Random, language: str, key: str) -> str:
    """One of the wordings of a label, with its `{tax}`, `{rate}` and `{symbol}` still to be filled in."""
    return rng.choice(WORDS[language][key])
