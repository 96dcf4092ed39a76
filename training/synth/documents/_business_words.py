"""Words of invoices and business cards, by language: en / de / fr / es / it / pt / nl / pl / zh."""

from __future__ import annotations

import random

from training.synth.documents._business import vocabulary

_WORDS = vocabulary("""
invoice: INVOICE|Invoice|TAX INVOICE|Sales Invoice|Commercial Invoice / RECHNUNG|Rechnung|Schlussrechnung / FACTURE
|Facture / FACTURA|Factura|Factura de venta / FATTURA|Fattura / FATURA|Fatura|Nota fiscal / FACTUUR|Factuur
|Verkoopfactuur / FAKTURA VAT|Faktura|Faktura VAT / 发票|增值税发票|销售发票|商业发票
quote: QUOTATION|Quote|Estimate|PROFORMA INVOICE / ANGEBOT|Angebot|Kostenvoranschlag / DEVIS|Devis / PRESUPUESTO
|Presupuesto / PREVENTIVO|Preventivo / ORÇAMENTO|Orçamento / OFFERTE|Offerte / OFERTA|Oferta / 报价单|估价单
order: PURCHASE ORDER|Purchase Order|Order Confirmation / BESTELLUNG|Bestellung|Auftragsbestätigung
/ BON DE COMMANDE|Bon de commande / PEDIDO|Orden de compra / ORDINE|Ordine di acquisto / PEDIDO DE COMPRA|Encomenda
/ BESTELBON|Inkooporder / ZAMÓWIENIE|Zamówienie / 采购订单|订购单
credit: CREDIT NOTE|Credit Note|Credit Memo / GUTSCHRIFT|Gutschrift|Stornorechnung / AVOIR|Avoir|Note de crédit
/ NOTA DE CRÉDITO|Factura rectificativa / NOTA DI CREDITO|Nota di credito / NOTA DE CRÉDITO|Nota de crédito
/ CREDITNOTA|Creditnota / FAKTURA KORYGUJĄCA|Nota kredytowa / 红字发票|退款单|贷项通知单
invoice_no: Invoice No.|Invoice #|Invoice Number|Inv. No|Document No. / Rechnungsnummer|Rechnungs-Nr.|Rechnung Nr.
|Beleg-Nr. / N° de facture|Facture n°|Référence / N.º de factura|Factura n.º|Número / Fattura n.
|Numero fattura|Documento n. / N.º da fatura|Fatura n.º|Documento n.º / Factuurnummer|Factuurnr.|Documentnr.
/ Nr faktury|Faktura nr|Numer / 发票号码|发票编号|单据号
quote_no: Quote No.|Quotation #|Reference|Estimate No. / Angebotsnummer|Angebots-Nr. / Devis n°|N° de devis
/ Presupuesto n.º|Referencia / Preventivo n.|Offerta n. / Orçamento n.º|Referência / Offertenummer|Offertenr.
/ Nr oferty|Oferta nr / 报价单号|编号
order_no: PO Number|P.O. No.|Order No.|PO # / Bestellnummer|Bestell-Nr.|Auftrags-Nr. / N° de commande|Commande n°
/ N.º de pedido|Pedido / Ordine n.|Numero ordine / N.º da encomenda|Pedido n.º / Ordernummer|Bestelnummer
/ Nr zamówienia|Zamówienie nr / 订单号|订单编号|采购单号
credit_no: Credit Note No.|Credit No.|Document # / Gutschrift-Nr.|Belegnummer / Avoir n°|N° d'avoir / Nota n.º
|Número de nota / Nota n.|Numero nota / Nota n.º|Número / Creditnota nr.|Creditnummer / Nr korekty|Nota nr
/ 红字发票号|单号
date: Date|Invoice Date|Issue Date|Date of Issue|Dated / Datum|Rechnungsdatum|Belegdatum|Ausstellungsdatum / Date
|Date de facturation|Date d'émission / Fecha|Fecha de emisión|Fecha de factura / Data|Data fattura
|Data di emissione / Data|Data de emissão / Datum|Factuurdatum / Data wystawienia|Data / 日期|开票日期|开具日期
due_date: Due Date|Payment Due|Pay by|Due / Fällig am|Zahlbar bis|Fälligkeitsdatum / Échéance|Date d'échéance
|À payer avant le / Vencimiento|Fecha de vencimiento / Scadenza|Data scadenza / Vencimento|Data de vencimento
/ Vervaldatum|Te betalen voor / Termin płatności|Płatne do / 到期日|付款截止日期|付款期限
valid_until: Valid until|Expiry Date|Valid to / Gültig bis / Valable jusqu'au|Fin de validité / Válido hasta
|Validez hasta / Valido fino al / Válido até / Geldig tot / Ważna do|Termin ważności / 有效期至|报价有效期
delivery_date: Delivery Date|Ship Date|Deliver by / Lieferdatum|Liefertermin / Date de livraison / Fecha de entrega
/ Data di consegna / Data de entrega / Leverdatum / Data dostawy|Data sprzedaży / 交货日期|发货日期
customer_no: Customer No.|Customer ID|Account No.|Client No. / Kundennummer|Kunden-Nr.|Kd.-Nr. / N° client
|Code client / N.º de cliente|Código cliente / Codice cliente|Cliente n. / N.º de cliente|Código do cliente
/ Klantnummer|Debiteurnr. / Nr klienta|Kod klienta / 客户编号|客户号
order_ref: Your Order|Order Ref.|Your Reference|PO No. / Ihre Bestellung|Ihr Zeichen|Auftrag / Votre commande
|Votre référence / Su pedido|Su referencia / Vs. ordine|Rif. ordine / Sua encomenda|V/ referência / Uw referentie
|Uw order / Nr zamówienia|Państwa zamówienie / 参考号|合同编号
contact: Contact|Sales Rep|Your Contact|Salesperson / Ansprechpartner|Bearbeiter|Sachbearbeiter / Contact
|Interlocuteur|Votre contact / Contacto|Comercial|Vendedor / Referente|Contatto / Contacto|Vendedor / Contactpersoon
|Behandeld door / Osoba kontaktowa|Wystawił / 联系人|经办人|业务员
terms: Payment Terms|Terms / Zahlungsbedingungen|Zahlungsziel / Conditions de paiement|Modalités
/ Condiciones de pago|Forma de pago / Pagamento|Condizioni di pagamento / Condições de pagamento|Pagamento
/ Betalingsvoorwaarden|Betaaltermijn / Warunki płatności|Forma płatności / 付款条件|付款方式
to: Bill To|Invoice To|Customer|Sold To|Billed to|Client / Rechnungsempfänger|Kunde|An / Facturé à|Client
|Adressé à / Cliente|Facturar a|Destinatario / Destinatario|Cliente|Spett.le / Cliente|Faturar a|Exmo.(s) Sr.(s)
/ Factuuradres|Klant|Aan / Nabywca|Klient|Odbiorca / 购买方|客户|收票方|付款单位
ship_to: Ship To|Deliver To|Delivery Address / Lieferadresse|Lieferanschrift / Adresse de livraison|Livré à
/ Dirección de entrega|Enviar a / Indirizzo di consegna|Destinazione / Morada de entrega|Entregar em / Afleveradres
|Leveringsadres / Adres dostawy / 收货地址|送货地址
position: No.|#|Pos|Item|Line / Pos.|Nr. / N°|Pos. / N.º|Pos. / Pos.|N. / N.º|Item / Nr.|Pos. / Lp.|Poz. / 序号
|编号
sku: SKU|Code|Item No.|Part No.|Article / Art.-Nr.|Artikel|Artikelnr. / Réf.|Code|Référence / Ref.|Código
/ Codice|Cod. art. / Código|Ref. / Artikelnr.|Code / Kod|Symbol|Indeks / 货号|编码|商品编号
name: Description|Item|Product|Particulars|Description of Goods|Service / Bezeichnung|Beschreibung|Artikel|Leistung
/ Désignation|Description|Libellé / Descripción|Concepto|Producto / Descrizione|Prodotto|Articolo / Descrição
|Produto|Designação / Omschrijving|Product|Artikel / Nazwa|Nazwa towaru lub usługi|Opis / 品名|名称|货物名称|项目
|规格名称
quantity: Qty|Quantity|Qty.|Units|Hours / Menge|Anzahl|Stück / Qté|Quantité / Cant.|Cantidad|Uds. / Q.tà
|Quantità|Qtà / Qtd.|Quantidade / Aantal / Ilość / 数量
unit: Unit|UOM|Per / Einheit|ME|Einh. / Unité / Unidad|Ud. / U.M.|Unità / Un.|Unidade / Eenheid / J.m.|Jedn.
/ 单位
units: pcs|ea|box|kg|h|set|pack|m / Stk.|Stück|kg|Std.|Pck.|m|Pauschal / pce|h|kg|lot|boîte|m / ud|h|kg|caja|m
|juego / pz|ore|kg|conf.|m / un|h|kg|cx|m / st.|uur|kg|doos|m / szt.|godz.|kg|opak.|m|kpl. / 件|个|箱|台|套|千克|米
|盒
price: Unit Price|Price|Rate|Price each|U/Price / Einzelpreis|Preis|E-Preis|Stückpreis / Prix unitaire|P.U. HT|Prix
/ Precio|Precio unit.|P. unitario / Prezzo|Prezzo unit.|Pr. unitario / Preço|Preço unit.|P. unitário / Prijs
|Stukprijs|Prijs per stuk / Cena|Cena netto|Cena jedn. / 单价|单价（元）
rate: Tax|VAT %|Tax Rate|GST / MwSt.|USt. %|MwSt. % / TVA|TVA %|Taux TVA / IVA|IVA % / IVA|Aliq. IVA|% IVA / IVA
|IVA %|Taxa / BTW|BTW %|Btw / VAT|Stawka VAT|VAT % / 税率
amount: Amount|Total|Line Total|Net Amount|Value / Betrag|Gesamt|Gesamtpreis|Summe / Montant|Total HT|Montant HT
/ Importe|Total|Subtotal / Importo|Totale|Prezzo totale / Total|Valor|Montante / Bedrag|Totaal / Wartość
|Wartość netto|Kwota / 金额|小计|合计金额
subtotal: Subtotal|Sub Total|Net Total|Total excl. tax|Net amount / Zwischensumme|Nettobetrag|Summe netto|Netto
/ Sous-total|Total HT|Montant HT / Subtotal|Base imponible|Suma / Imponibile|Subtotale|Totale imponibile / Subtotal
|Base tributável|Total líquido / Subtotaal|Totaal excl. btw / Razem netto|Suma netto|Wartość netto / 小计|合计
|不含税金额
discount: Discount|Less discount|Trade discount / Rabatt|abzgl. Rabatt|Nachlass / Remise|Rabais / Descuento|Dto.
/ Sconto / Desconto / Korting / Rabat|Upust / 折扣|优惠
shipping: Shipping|Freight|Shipping & Handling|Delivery / Versandkosten|Versand|Fracht / Frais de port|Livraison
|Transport / Gastos de envío|Portes|Envío / Spese di spedizione|Trasporto / Portes|Frete|Envio / Verzendkosten
|Vracht / Koszty dostawy|Dostawa|Transport / 运费|配送费
tax: VAT|Tax|GST|Sales Tax / MwSt.|USt.|zzgl. MwSt. / TVA / IVA / IVA / IVA / BTW|Btw / VAT|Podatek VAT / 税额
|增值税
total: TOTAL|Total|Amount Due|Total Due|Grand Total|Balance Due|Invoice Total / Gesamtbetrag|Rechnungsbetrag
|Endbetrag|Brutto|Zu zahlen / Total TTC|Net à payer|Montant total / TOTAL|Total a pagar|Importe total / TOTALE
|Totale fattura|Totale da pagare|Netto a pagare / TOTAL|Total a pagar|Valor total / Totaal|Te betalen
|Totaal incl. btw / Do zapłaty|Razem brutto|Razem do zapłaty / 总计|价税合计|应付总额|合计
bank: Bank|Bank Name|Banker / Bank|Bankverbindung|Kreditinstitut / Banque|Domiciliation / Banco|Entidad / Banca
|Banca d'appoggio / Banco / Bank / Bank|Nazwa banku / 开户行|开户银行
iban: IBAN|IBAN No. / IBAN / IBAN / IBAN / IBAN / IBAN / IBAN|Rekening / IBAN|Nr konta|Numer rachunku / 账号
|银行账号|IBAN
bic: BIC|SWIFT|BIC/SWIFT|SWIFT Code / BIC|SWIFT-BIC / BIC|Code BIC / BIC|SWIFT / BIC|SWIFT / BIC|SWIFT / BIC
|BIC/SWIFT / BIC|SWIFT / SWIFT|银行代码
holder: Account Name|Account Holder|Beneficiary / Kontoinhaber|Empfänger / Titulaire|Bénéficiaire / Titular
|Beneficiario / Intestatario|Beneficiario / Titular|Beneficiário / T.n.v.|Rekeninghouder / Odbiorca
|Właściciel rachunku / 户名|收款人
payment: Payment Details|Bank Details|Remittance|How to pay / Bankverbindung|Zahlungsinformationen
/ Coordonnées bancaires|Règlement / Datos bancarios|Datos de pago / Coordinate bancarie|Dati per il pagamento
/ Dados bancários|Dados de pagamento / Betaalgegevens|Bankgegevens / Dane do przelewu|Płatność / 付款信息|银行信息
|收款账户
tax_id: VAT No.|Tax ID|VAT Reg. No.|GST No.|EIN|ABN / USt-IdNr.|Steuernummer|St.-Nr. / N° TVA|SIRET|TVA intracom.
/ NIF|CIF / P. IVA|Partita IVA|C.F. / NIF|NIPC|CNPJ / BTW-nr.|BTW-nummer|KvK / NIP|NIP UE|REGON / 税号|纳税人识别号
|统一社会信用代码
phone: Tel|Phone|T|Tel.|Telephone|Office / Tel.|Telefon|Fon|T / Tél.|Téléphone|T / Tel.|Teléfono|Tfno. / Tel.
|Telefono|T / Tel.|Telefone|T / Tel.|Telefoon|T / tel.|Telefon|Tel. / 电话|联系电话|座机
mobile: Mobile|Mob|M|Cell|H/P / Mobil|Handy|M / Mobile|Port.|M / Móvil|Mov. / Cell.|Cellulare|Mob. / Telemóvel
|Celular|Tlm. / Mobiel|M / kom.|tel. kom.|Kom. / 手机|移动电话
fax: Fax|F / Fax|Telefax / Fax / Fax / Fax / Fax / Fax / faks|Fax / 传真
email: Email|E-mail|E|Mail / E-Mail|Mail|E / E-mail|Courriel|Mél / E-mail|Correo|Email / E-mail|Email|Mail / E-mail
|Email / E-mail|E / e-mail|E-mail / 邮箱|电子邮箱|邮件|E-mail
web: Web|Website|W|www / Web|Internet|Homepage / Web|Site|Internet / Web|Sitio web / Web|Sito|Sito web / Site|Web
/ Web|Website|Internet / www|WWW|strona / 网址|官网|网站
address: Address|Add|A|Office / Adresse|Anschrift / Adresse|Siège / Dirección|Dir. / Indirizzo|Sede / Morada
|Endereço / Adres|Bezoekadres / Adres|Siedziba / 地址|公司地址
page: Page 1 of 1|Page 1|1/1 / Seite 1 von 1|Seite 1|1/1 / Page 1 sur 1|Page 1/1 / Página 1 de 1|Pág. 1
/ Pagina 1 di 1|Pag. 1 / Página 1 de 1|Pág. 1 / Pagina 1 van 1|Blad 1 / Strona 1 z 1|Str. 1/1 / 第1页 共1页
|第 1 页
thanks: Thank you for your business!|Thank you for your order.|We appreciate your prompt payment.
|Goods remain our property until paid in full.|This is a computer generated document. No signature is required.
|E. & O. E. / Vielen Dank für Ihren Auftrag.|Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum.
|Wir danken für Ihr Vertrauen.|Dieses Dokument ist ohne Unterschrift gültig. / Merci de votre confiance.
|En cas de retard de paiement, une indemnité forfaitaire de 40 € sera due.|Pas d'escompte pour paiement anticipé.
/ Gracias por su confianza.|Gracias por su compra.|La mercancía sigue siendo propiedad del vendedor hasta su pago.
/ Grazie per la fiducia accordata.|Documento non valido ai fini fiscali.|La merce viaggia a rischio del committente.
/ Obrigado pela sua preferência.|Agradecemos a sua confiança.|Documento processado por computador.
/ Bedankt voor uw bestelling.|Wij danken u voor het vertrouwen.
|Op al onze leveringen zijn onze voorwaarden van toepassing. / Dziękujemy za zakupy.|Dziękujemy za współpracę.
|Dokument wystawiono elektronicznie, podpis nie jest wymagany. / 感谢您的惠顾！|感谢您的支持与信任。
|本单据由系统生成，无需签字。|货物签收后七日内可提出异议。
net: Net # days|# days net|Due within # days|Payment within # days of invoice date|Due on receipt|Cash on delivery
/ # Tage netto|Zahlbar innerhalb von # Tagen ohne Abzug|sofort fällig|# Tage 2 % Skonto / # jours nets
|Paiement à # jours|À réception|Virement à # jours / # días|Transferencia a # días|Al contado
/ Bonifico # giorni|# gg d.f.|Rimessa diretta|Vista fattura / # dias|Transferência a # dias|Pronto pagamento
/ # dagen netto|Binnen # dagen|Contant / Przelew # dni|# dni|Gotówka / #天|月结#天|货到付款|收到发票后#天内付款
""")


def word(rng: random.Random, key: str, language: str) -> str:
    """A word of an invoice or business card."""
    return rng.choice(_WORDS[key][language])


def spoken(key: str) -> str:
    """The plainest Chinese word for what a key names, to ask for it."""
    return _WORDS[key]["zh"][0]
