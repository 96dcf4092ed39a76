"""Words of members', readers', employees' and other cards: en / de / fr / es / it / pt / nl / pl / zh."""

from __future__ import annotations

from training.synth.documents._business import vocabulary

WORDS = vocabulary("""
member: MEMBER CARD|Membership Card|Club Card|LOYALTY CARD / MITGLIEDSKARTE|Mitgliedsausweis|Kundenkarte
/ CARTE DE MEMBRE|Carte d'adhérent|Carte de fidélité / TARJETA DE SOCIO|Carné de socio / TESSERA SOCIO
|Tessera associativa|Carta fedeltà / CARTÃO DE SÓCIO|Cartão de membro / LIDMAATSCHAPSKAART|Ledenpas|Klantenkaart
/ KARTA CZŁONKOWSKA|Legitymacja członkowska|Karta klienta / 会员卡|贵宾卡|会员证
library: LIBRARY CARD|Reader's Card|Borrower Card / BIBLIOTHEKSAUSWEIS|Leseausweis / CARTE DE LECTEUR
|Carte de bibliothèque / CARNÉ DE BIBLIOTECA|Tarjeta de lector / TESSERA DELLA BIBLIOTECA|Tessera di lettura
/ CARTÃO DE LEITOR|Cartão da biblioteca / BIBLIOTHEEKPAS|Lezerspas / KARTA BIBLIOTECZNA|Karta czytelnika / 借书证
|读者证|借阅卡
employee: EMPLOYEE ID|Staff Card|Employee Badge|STAFF PASS / MITARBEITERAUSWEIS|Dienstausweis|Betriebsausweis
/ CARTE PROFESSIONNELLE|Badge employé / TARJETA DE EMPLEADO|Credencial de empleado / TESSERINO AZIENDALE
|Badge dipendente / CARTÃO DE FUNCIONÁRIO|Crachá / PERSONEELSPAS|Medewerkerspas / IDENTYFIKATOR
|Legitymacja pracownicza / 工作证|员工卡|胸卡
student: STUDENT CARD|Student ID|STUDENT IDENTIFICATION / STUDIERENDENAUSWEIS|Studentenausweis|Schülerausweis
/ CARTE D'ÉTUDIANT|Carte étudiante / CARNÉ DE ESTUDIANTE|Tarjeta universitaria / TESSERA STUDENTE
|Libretto universitario / CARTÃO DE ESTUDANTE|Cartão do aluno / STUDENTENKAART|Collegekaart / LEGITYMACJA STUDENCKA
|Karta studenta / 学生证|学生卡|校园卡
visitor: VISITOR|Visitor Pass|GUEST PASS|Day Pass / BESUCHER|Besucherausweis|Tagesausweis / VISITEUR|Badge visiteur
/ VISITANTE|Pase de visita / VISITATORE|Pass visitatore / VISITANTE|Cartão de visitante / BEZOEKER|Bezoekerspas
/ GOŚĆ|Przepustka / 访客证|临时通行证|来宾证
driver: DRIVING PERMIT|OPERATOR LICENCE|Forklift Licence|Boat Licence|Test Driver Permit / FAHRAUSWEIS|Staplerschein
|Bedienerausweis / PERMIS DE CONDUITE|Permis d'opérateur / PERMISO DE CONDUCCIÓN|Licencia de operador
/ PERMESSO DI GUIDA|Patentino / LICENÇA DE CONDUÇÃO|Carta de operador / RIJBEVOEGDHEID|Bedieningspas
/ ZEZWOLENIE NA JAZDĘ|Uprawnienia operatora / 驾驶证|操作证|叉车驾驶证
name: Name|Full Name|Holder|NAME / Name|Inhaber|Vor- und Nachname / Nom|Titulaire|Nom et prénom / Nombre|Titular
|Nombre y apellidos / Nome|Titolare|Nome e cognome / Nome|Titular|Nome completo / Naam|Houder|Volledige naam
/ Imię i nazwisko|Posiadacz / 姓名
surname: Surname|Last Name|SURNAME / Name|Nachname|Familienname / Nom / Apellidos / Cognome / Apelido|Sobrenome
/ Achternaam / Nazwisko / 姓
first_name: Given Names|First Name|GIVEN NAMES / Vorname|Vornamen / Prénom|Prénoms / Nombre / Nome / Nome próprio
|Nome / Voornaam|Voornamen / Imię|Imiona / 名
id_no: ID No.|Card No.|No.|Number|Member No.|ID / Nr.|Ausweisnummer|Karten-Nr.|Nummer / N°|Numéro|N° de carte
/ N.º|Número|N.º de carné / N.|Numero|Tessera n. / N.º|Número|Cartão n.º / Nr.|Nummer|Pasnummer / Nr|Numer
|Nr karty / 编号|卡号|证号|证件编号
date_of_birth: Date of Birth|DOB|Born|Birth Date / Geburtsdatum|Geboren am|geb. / Date de naissance|Né(e) le
/ Fecha de nacimiento|F. nacimiento / Data di nascita|Nato il / Data de nascimento|Nascimento / Geboortedatum
|Geb. datum / Data urodzenia|Ur. / 出生日期|出生
issue_date: Issued|Issue Date|Date of Issue|ISS / Ausgestellt am|Ausstellungsdatum
/ Délivré le|Date d'émission / Expedición|Fecha de emisión / Rilasciata il|Data di rilascio / Emissão
|Data de emissão / Afgegeven|Datum afgifte / Data wydania|Wydano / 发证日期|签发日期|办卡日期
expiry_date: Expires|Expiry Date|Valid Thru|Valid until|EXP / Gültig bis|Ablaufdatum / Expire le|Valable jusqu'au
|Fin de validité / Caducidad|Válido hasta / Scadenza|Valida fino al / Validade|Válido até / Geldig tot
|Vervaldatum / Ważna do|Data ważności / 有效期至|有效期限|到期日
nationality: Nationality / Staatsangehörigkeit / Nationalité / Nacionalidad / Cittadinanza / Nacionalidade
/ Nationaliteit / Obywatelstwo / 国籍
position: Position|Title|Job Title|Role / Funktion|Position / Fonction|Poste / Cargo|Puesto / Qualifica|Ruolo
/ Cargo|Função / Functie / Stanowisko / 职务|岗位|职位
department: Department|Dept.|Division|Unit / Abteilung|Bereich / Service|Département / Departamento|Área / Reparto
|Ufficio / Departamento|Setor / Afdeling / Dział|Wydział / 部门|科室|所属部门
faculty: Faculty|Programme|Course|School / Fakultät|Studiengang|Fachbereich / Faculté|Filière|UFR / Facultad
|Carrera|Titulación / Facoltà|Corso di laurea / Faculdade|Curso / Faculteit|Opleiding / Wydział|Kierunek / 学院
|专业|院系
level: Level|Status|Category|Class|Tier / Stufe|Status|Kategorie / Niveau|Catégorie|Statut / Nivel|Categoría
/ Livello|Categoria / Nível|Categoria / Niveau|Categorie / Poziom|Kategoria / 等级|级别|类别
host: Host|Visiting|Escort / Besucht|Gastgeber|Ansprechpartner / Hôte|Visite à / Anfitrión|Visita a / Referente
|In visita a / Anfitrião|Visita a / Gastheer|Bezoekt / Osoba odwiedzana|Gospodarz / 被访人|接待人
company: Company|Organisation|From / Firma|Unternehmen / Société|Entreprise / Empresa / Azienda|Società / Empresa
/ Bedrijf|Organisatie / Firma / 单位|公司|来访单位
address: Address|Residence / Anschrift|Adresse / Adresse|Domicile / Domicilio|Dirección / Indirizzo|Residenza
/ Morada|Endereço / Adres|Woonplaats / Adres|Miejsce zamieszkania / 住址|地址
phone: Phone|Tel.|Emergency / Telefon|Tel. / Tél.|Téléphone / Teléfono|Tel. / Telefono|Tel. / Telefone|Tel.
/ Telefoon|Tel. / Telefon|Tel. / 电话|联系电话
sex: Sex|Gender / Geschlecht / Sexe / Sexo / Sesso / Sexo / Geslacht / Płeć / 性别
sexes: F|M|X|Female|Male / W|M|D / F|M / M|H|F / F|M / F|M / V|M|X / K|M / 男|女
blood: Blood Group|Blood Type / Blutgruppe / Groupe sanguin / Grupo sanguíneo / Gruppo sanguigno / Grupo sanguíneo
/ Bloedgroep / Grupa krwi / 血型
levels: Gold|Silver|Bronze|Platinum|Standard|Premium|Basic|Adult|Junior / Gold|Silber|Standard|Erwachsene|Jugend
/ Or|Argent|Standard|Adulte|Jeune / Oro|Plata|Básico|Adulto|Joven / Oro|Argento|Base|Adulto|Ridotto / Ouro|Prata
|Padrão|Adulto / Goud|Zilver|Standaard|Volwassene / Złota|Srebrna|Standard|Ulgowa / 金卡|银卡|普通会员|钻石会员
|成人
found: If found, please return to #|Property of #|This card must be worn at all times.|Not transferable
|Please present this card at each visit.|Issued subject to conditions / Bei Verlust bitte zurück an #
|Nicht übertragbar|Bitte sichtbar tragen.|Eigentum des Ausstellers / En cas de perte, retourner à #
|Carte strictement personnelle|À présenter à chaque visite / Personal e intransferible
|En caso de pérdida devolver a #|Uso obligatorio / Tessera personale non cedibile|In caso di smarrimento restituire a #
|Da esibire su richiesta / Pessoal e intransmissível|Em caso de perda devolver a #|Uso obrigatório
/ Niet overdraagbaar|Bij verlies retour aan #|Zichtbaar dragen / Karta jest imienna
|W razie znalezienia prosimy o zwrot|Nie podlega przekazaniu / 此卡仅限本人使用，不得转让|请妥善保管，遗失请及时挂失
|请佩戴在胸前|凭证出入
issuers: # Library|# Club|# Fitness Club|# College|# Institute|# University|# Museum Friends|# Sports Centre
|# Yacht Club / Stadtbücherei #|Sportverein #|Hochschule #|Klub #|Akademie # / Médiathèque de #|Club #
|Université de #|Institut # / Biblioteca de #|Club #|Universidad de #|Instituto # / Biblioteca di #|Circolo #
|Università di #|Istituto # / Biblioteca de #|Clube #|Universidade de #|Instituto # / Bibliotheek #|Vereniging #
|Hogeschool #|Sportclub # / Biblioteka #|Klub #|Uniwersytet #|Akademia # / #图书馆|#俱乐部|#学院|#大学|#健身中心
|#科技园
""")
