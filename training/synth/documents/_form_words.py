"""Words of printed forms by language: en / de / fr / es / it / pt / nl / pl / zh."""

from __future__ import annotations

from training.synth.documents._business import vocabulary

LABELS = vocabulary("""
surname: Surname|Last Name|Family Name / Nachname|Name|Familienname / Nom|Nom de famille / Apellidos|Primer apellido
/ Cognome / Apelido|Sobrenome / Achternaam / Nazwisko / 姓氏|姓
first_name: First Name|Given Name(s)|Forename / Vorname|Vorname(n) / Prénom|Prénoms / Nombre / Nome
/ Nome próprio|Nome / Voornaam|Voornamen / Imię|Imiona / 名字|名
name: Full Name|Name|Applicant's Name / Name, Vorname|Antragsteller / Nom et prénom|Demandeur / Nombre y apellidos
|Solicitante / Nome e cognome|Richiedente / Nome completo|Requerente / Naam|Aanvrager / Imię i nazwisko|Wnioskodawca
/ 姓名|申请人姓名
date_of_birth: Date of Birth|Birth Date|Born on / Geburtsdatum|geboren am / Date de naissance|Né(e) le
/ Fecha de nacimiento / Data di nascita|Nato/a il / Data de nascimento / Geboortedatum / Data urodzenia / 出生日期
|出生年月
place_of_birth: Place of Birth|Birthplace / Geburtsort / Lieu de naissance / Lugar de nacimiento / Luogo di nascita
/ Naturalidade|Local de nascimento / Geboorteplaats / Miejsce urodzenia / 出生地|籍贯
nationality: Nationality|Citizenship / Staatsangehörigkeit / Nationalité / Nacionalidad / Cittadinanza
/ Nacionalidade / Nationaliteit / Obywatelstwo / 国籍
id_number: ID Number|Identity No.|Personal No. / Ausweisnummer|Personalnummer / N° d'identité|Matricule
/ N.º de documento|DNI / Documento n.|N. identificativo / N.º de identificação / Identificatienummer
/ Numer dokumentu|Nr ewidencyjny / 证件号码|编号
street: Street|Street Address|Address|Home Address / Straße, Hausnummer|Anschrift|Straße / Adresse|Rue|N° et rue
/ Calle|Domicilio|Dirección / Via|Indirizzo / Rua|Morada|Endereço / Straat|Adres / Ulica|Ulica i nr domu|Adres
/ 住址|通讯地址|家庭住址
postcode: Postcode|ZIP Code|Postal Code / PLZ|Postleitzahl / Code postal / C.P.|Código postal / CAP
/ Código postal|CEP / Postcode / Kod pocztowy|Kod / 邮编|邮政编码
city: City|Town|City or Town / Ort|Wohnort / Ville|Commune / Localidad|Ciudad / Città|Comune / Localidade|Cidade
/ Plaats|Woonplaats / Miejscowość|Miasto / 城市|所在城市
phone: Telephone|Phone|Daytime Phone|Contact Number / Telefon|Tel.|Telefon (tagsüber) / Téléphone|Tél.
/ Teléfono / Telefono|Recapito telefonico / Telefone|Contacto / Telefoon|Telefoonnummer / Telefon|Nr telefonu
/ 联系电话|电话
mobile: Mobile|Cell Phone / Mobil|Handy / Portable|Mobile / Móvil / Cellulare / Telemóvel|Celular / Mobiel
/ Tel. komórkowy / 手机|手机号码
email: Email|E-mail Address|Email Address / E-Mail|E-Mail-Adresse / E-mail|Courriel / Correo electrónico|E-mail
/ E-mail|Posta elettronica / E-mail|Correio eletrónico / E-mail|E-mailadres / E-mail|Adres e-mail / 电子邮箱|邮箱
employer: Employer|Company|Organisation / Arbeitgeber|Firma / Employeur|Entreprise / Empresa|Empleador
/ Datore di lavoro|Azienda / Entidade patronal|Empresa / Werkgever|Bedrijf / Pracodawca|Zakład pracy / 工作单位
|单位名称
occupation: Occupation|Job Title|Position|Profession / Beruf|Tätigkeit / Profession|Fonction / Profesión|Ocupación
/ Professione|Occupazione / Profissão|Ocupação / Beroep|Functie / Zawód|Stanowisko / 职业|职务
department: Department|Division / Abteilung / Service / Departamento / Reparto|Ufficio / Departamento / Afdeling
/ Dział / 部门|所属部门
start_date: Start Date|From|Commencing / Beginn|von / Date de début|Du / Fecha de inicio|Desde / Data inizio|Dal
/ Data de início|De / Begindatum|Van / Data rozpoczęcia|Od / 开始日期|起始日期
end_date: End Date|To|Until / Ende|bis / Date de fin|Au / Fecha de fin|Hasta / Data fine|Al / Data de fim|Até
/ Einddatum|Tot / Data zakończenia|Do / 结束日期|截止日期
amount: Amount|Amount Claimed|Total Amount / Betrag|Gesamtbetrag / Montant|Somme / Importe|Cantidad / Importo|Somma
/ Montante|Valor / Bedrag / Kwota / 金额|申请金额
account_holder: Account Holder|Name of Account / Kontoinhaber / Titulaire du compte / Titular de la cuenta
/ Intestatario del conto / Titular da conta / Rekeninghouder / Posiadacz rachunku / 户名|开户名
bank: Bank|Name of Bank / Bank|Kreditinstitut / Banque|Établissement / Banco|Entidad / Banca|Istituto / Banco / Bank
/ Bank|Nazwa banku / 开户银行|开户行
iban: IBAN|Account Number / IBAN / IBAN / IBAN / IBAN / IBAN / IBAN|Rekeningnummer / IBAN|Nr rachunku / 银行账号
|账号
registration: Registration No.|Licence Plate / Kennzeichen|Amtl. Kennzeichen / Immatriculation / Matrícula / Targa
/ Matrícula|Placa / Kenteken / Nr rejestracyjny / 车牌号|车牌号码
model: Make and Model|Model / Marke, Typ|Fahrzeugtyp / Marque et modèle|Modèle / Marca y modelo|Modelo
/ Marca e modello|Modello / Marca e modelo|Modelo / Merk en type|Type / Marka i model|Model / 品牌型号|型号
serial_no: Serial Number|Serial No. / Seriennummer / N° de série / N.º de serie / Numero di serie|Matricola
/ N.º de série / Serienummer / Numer seryjny / 序列号|出厂编号
policy_no: Policy Number|Membership No.|Policy No. / Versicherungsnummer|Mitgliedsnummer / N° de contrat
|N° d'adhérent / N.º de póliza|N.º de socio / N. polizza|N. tessera / N.º da apólice|N.º de sócio
/ Polisnummer|Lidnummer / Numer polisy|Nr członkowski / 保单号|会员号
insurer: Insurer|Insurance Company / Versicherung|Krankenkasse / Assureur|Mutuelle / Aseguradora / Assicurazione
/ Seguradora / Verzekeraar / Ubezpieczyciel / 保险公司
doctor: Doctor|Family Doctor|Physician / Hausarzt|Behandelnder Arzt / Médecin traitant|Médecin / Médico
/ Medico curante|Medico / Médico / Huisarts / Lekarz / 主治医生|医生
allergies: Allergies|Known Allergies / Allergien / Allergies / Alergias / Allergie / Alergias / Allergieën / Alergie
/ 过敏史|药物过敏史
contact_person: Emergency Contact|Contact Person|Next of Kin / Ansprechpartner|Im Notfall verständigen
/ Personne à prévenir|Contact / Persona de contacto / Persona di contatto|Contatto d'emergenza
/ Pessoa a contactar / Contactpersoon / Osoba do kontaktu / 紧急联系人|联系人
school: School|College|Institution / Schule / École|Établissement scolaire / Centro educativo|Colegio / Scuola
|Istituto / Escola / School / Szkoła / 毕业院校|学校
course: Course|Course Title|Programme / Kurs|Lehrgang / Cours|Formation / Curso / Corso / Curso / Cursus / Kurs
/ 课程名称|专业
destination: Destination|Travelling to / Reiseziel|Zielort / Destination / Destino / Destinazione / Destino
/ Bestemming / Cel podróży / 目的地
persons: Number of Persons|No. of Guests / Anzahl Personen|Personen / Nombre de personnes / Número de personas
/ Numero di persone / Número de pessoas / Aantal personen / Liczba osób / 人数
reason: Reason|Reason for Application|Purpose / Grund|Begründung / Motif|Motif de la demande / Motivo / Motivo
|Motivazione / Motivo / Reden / Powód|Uzasadnienie / 申请理由|事由
comments: Comments|Remarks|Additional Information|Description of Damage / Bemerkungen|Sonstiges|Schadenshergang
/ Observations|Remarques / Observaciones / Note|Osservazioni / Observações / Opmerkingen / Uwagi / 备注|情况说明
date: Date|Date signed / Datum / Date|Le / Fecha / Data / Data / Datum / Data / 日期|填表日期
place: Place / Ort / Fait à|Lieu / Lugar|En / Luogo / Local / Plaats / Miejscowość / 地点
sex: Sex|Gender / Geschlecht / Sexe / Sexo / Sesso / Sexo / Geslacht / Płeć / 性别
marital_status: Marital Status / Familienstand / Situation de famille|État civil / Estado civil / Stato civile
/ Estado civil / Burgerlijke staat / Stan cywilny / 婚姻状况
payment_method: Method of Payment|Payment by / Zahlungsweise / Mode de paiement / Forma de pago
/ Modalità di pagamento / Modo de pagamento / Betaalwijze / Sposób płatności / 付款方式
delivery_method: Delivery|Receive by / Zustellung / Mode d'envoi / Forma de envío / Modalità di invio
/ Modo de envio / Verzending / Sposób odbioru / 领取方式
room_type: Room Type / Zimmer / Type de chambre / Tipo de habitación / Tipo di camera / Tipo de quarto / Kamertype
/ Rodzaj pokoju / 房型
""")

OPTIONS = vocabulary("""
sex: Female|Male|Other / weiblich|männlich|divers / Féminin|Masculin / Mujer|Hombre / Femmina|Maschio / Feminino
|Masculino / Vrouw|Man|Anders / Kobieta|Mężczyzna / 男|女
marital_status: Single|Married|Divorced|Widowed / ledig|verheiratet|geschieden|verwitwet / Célibataire|Marié(e)
|Divorcé(e)|Veuf/Veuve / Soltero/a|Casado/a|Divorciado/a|Viudo/a / Celibe/Nubile|Coniugato/a|Vedovo/a / Solteiro/a
|Casado/a|Divorciado/a / Ongehuwd|Gehuwd|Gescheiden / Panna/Kawaler|W związku|Rozwiedziony/a / 未婚|已婚|离异|丧偶
payment_method: Cash|Cheque|Credit Card|Bank Transfer / Bar|Überweisung|Lastschrift|Kreditkarte / Espèces|Chèque
|Carte|Virement / Efectivo|Tarjeta|Transferencia / Contanti|Assegno|Bonifico|Carta / Numerário|Cartão
|Transferência / Contant|Pin|Overboeking / Gotówka|Karta|Przelew / 现金|转账|刷卡|支票
delivery_method: Post|Courier|Collect in person|E-mail / Post|Abholung|E-Mail / Courrier|Sur place|E-mail / Correo
|Recogida|E-mail / Posta|Ritiro|E-mail / Correio|Levantamento|E-mail / Post|Afhalen|E-mail / Poczta|Odbiór osobisty
|E-mail / 邮寄|自取|快递
room_type: Single Room|Double|Twin|Suite / Einzelzimmer|Doppelzimmer|Suite / Simple|Double|Suite / Individual|Doble
|Suite / Singola|Doppia|Suite / Individual|Duplo|Suite / Eenpersoons|Tweepersoons|Suite / Jednoosobowy|Dwuosobowy
|Apartament / 单人间|双人间|套房
""")

PHRASES = vocabulary("""
title: APPLICATION FORM|Registration Form|Membership Application|Claim Form|Enrolment Form|Request for Leave
|Change of Address|Patient Information|Booking Form|Accident Report / ANTRAG|Anmeldeformular|Aufnahmeantrag
|Schadensmeldung|Urlaubsantrag|Aufnahmebogen / FORMULAIRE DE DEMANDE|Fiche d'inscription|Bulletin d'adhésion
|Déclaration de sinistre|Demande de congé / SOLICITUD|Formulario de inscripción|Hoja de reclamación
|Ficha de alta|Parte de accidente / MODULO DI RICHIESTA|Domanda di iscrizione|Scheda di adesione
|Denuncia di sinistro / FORMULÁRIO DE INSCRIÇÃO|Pedido|Ficha de inscrição|Participação de sinistro
/ AANVRAAGFORMULIER|Inschrijfformulier|Schadeformulier|Verlofaanvraag / WNIOSEK|Formularz zgłoszeniowy
|Karta zgłoszenia|Deklaracja członkowska / 申请表|登记表|报名表|入会申请书|请假单|信息变更表|报销单
help: Please complete in block capitals using black ink.|Please print clearly and answer all questions.
|Return the completed form to our office.|Fields marked with * are mandatory.
|Please tick the appropriate box. / Bitte in Druckbuchstaben ausfüllen.|Zutreffendes bitte ankreuzen.
|Bitte vollständig ausgefüllt zurücksenden.|Felder mit * sind Pflichtangaben. / À remplir en lettres capitales.
|Cochez la case correspondante.|Merci de retourner ce formulaire complété et signé.
/ Rellene en letra mayúscula.|Marque con una X lo que proceda.|Los campos con * son obligatorios.
/ Compilare in stampatello.|Barrare la casella corrispondente.|I campi con * sono obbligatori.
/ Preencher em letra maiúscula.|Assinale com uma cruz.|Os campos com * são obrigatórios.
/ In blokletters invullen s.v.p.|Aankruisen wat van toepassing is.|Velden met een * zijn verplicht.
/ Wypełnić drukowanymi literami.|Właściwe zaznaczyć znakiem X.|Pola oznaczone * są obowiązkowe.
/ 请用正楷填写，字迹清晰。|请在相应方框内打勾。|带*号的为必填项。|填写完毕后请签字并交回。
personal: Personal Details|Applicant|Your Details|About You / Angaben zur Person|Persönliche Daten / Identité
|Renseignements personnels / Datos personales / Dati anagrafici|Dati personali / Dados pessoais|Identificação
/ Persoonlijke gegevens / Dane osobowe / 个人信息|基本信息
contact: Contact Details|Address|How to reach you / Anschrift und Kontakt|Kontaktdaten / Coordonnées
/ Datos de contacto / Recapiti|Contatti / Contactos / Contactgegevens / Dane kontaktowe / 联系方式
work: Employment|Work Details|Occupation / Beschäftigung|Berufliche Angaben / Situation professionnelle
/ Datos laborales / Attività lavorativa / Situação profissional / Werk / Zatrudnienie / 工作情况
bank: Bank Details|Payment / Bankverbindung|Zahlung / Coordonnées bancaires|Paiement / Datos bancarios|Pago
/ Dati bancari|Pagamento / Dados bancários|Pagamento / Bankgegevens|Betaling / Dane bankowe|Płatność / 银行信息
|付款信息
vehicle: Vehicle|Item Details|Equipment / Fahrzeug|Gerät / Véhicule|Matériel / Vehículo|Equipo / Veicolo
|Apparecchio / Veículo|Equipamento / Voertuig|Apparaat / Pojazd|Sprzęt / 车辆信息|设备信息
health: Health|Medical Information|Insurance / Gesundheit|Versicherung / Santé|Assurance / Salud|Seguro / Salute
|Assicurazione / Saúde|Seguro / Gezondheid|Verzekering / Zdrowie|Ubezpieczenie / 健康信息|保险信息
stay: Booking|Travel Details|Leave / Buchung|Reise|Zeitraum / Séjour|Réservation / Estancia|Reserva / Soggiorno
|Prenotazione / Estadia|Reserva / Verblijf|Reservering / Pobyt|Rezerwacja / 行程信息|预订信息
study: Education|Course / Ausbildung|Kurs / Formation|Études / Formación|Estudios / Istruzione|Corso / Formação
|Curso / Opleiding / Wykształcenie|Kurs / 教育经历|课程信息
table: Previous Employment|List of Items|Expenses|Family Members|Details / Aufstellung|Übersicht
|Angaben im Einzelnen / Détail|Liste|Récapitulatif / Relación|Detalle / Elenco|Dettaglio / Lista|Detalhe
/ Overzicht|Specificatie / Wykaz|Zestawienie / 明细|清单|家庭成员
declaration: Declaration|Signature / Erklärung|Unterschrift / Déclaration|Signature / Declaración|Firma
/ Dichiarazione|Firma / Declaração|Assinatura / Verklaring|Ondertekening / Oświadczenie|Podpis / 声明|签字
declare: I declare that the information given is true and complete.|I have read and accept the terms and conditions.
|I consent to the processing of my data for this purpose. / Ich versichere die Richtigkeit meiner Angaben.
|Mit der Verarbeitung meiner Daten bin ich einverstanden. / Je certifie exacts les renseignements ci-dessus.
|J'ai pris connaissance du règlement. / Declaro que los datos indicados son ciertos.
|Acepto las condiciones generales. / Dichiaro che quanto sopra corrisponde al vero.
|Acconsento al trattamento dei dati personali. / Declaro que as informações prestadas são verdadeiras.
|Aceito as condições gerais. / Ik verklaar dit formulier naar waarheid te hebben ingevuld.
|Ik ga akkoord met de voorwaarden. / Oświadczam, że podane dane są zgodne z prawdą.|Akceptuję regulamin.
/ 本人承诺以上所填信息真实有效。|本人已阅读并同意相关条款。
signature: Signature|Signed|Applicant's signature / Unterschrift|Unterschrift Antragsteller / Signature / Firma
|Firma del solicitante / Firma|Firma del richiedente / Assinatura / Handtekening / Podpis|Czytelny podpis / 签名
|申请人签字
office: FOR OFFICE USE ONLY|Office use / Nur für interne Vermerke|Bearbeitungsvermerke
/ Réservé à l'administration / A rellenar por la administración / Riservato all'ufficio / Reservado aos serviços
/ In te vullen door kantoor / Wypełnia urząd|Adnotacje urzędowe / 以下由工作人员填写|审批意见
received: Received|Date received|Checked by|Approved|File No. / Eingang|Geprüft|Aktenzeichen / Reçu le|Dossier n°
|Visa / Recibido|Expediente|V.º B.º / Ricevuto|Protocollo|Visto / Recebido|Processo n.º|Despacho / Ontvangen
|Dossiernr.|Paraaf / Data wpływu|Nr sprawy|Sprawdził / 受理人|受理日期|审核意见
""")
