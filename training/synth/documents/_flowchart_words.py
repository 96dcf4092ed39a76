"""Words that flowcharts are labelled with, in every language."""

STEPS = {  # what is done|to what; {v} and {o} in the order of the language
    "en": "{v} {o}",
    "de": "{o} {v}",
    "fr": "{v} {o}",
    "es": "{v} {o}",
    "it": "{v} {o}",
    "pt": "{v} {o}",
    "nl": "{o} {v}",
    "pl": "{v} {o}",
    "zh": "{v}{o}",
}
VERBS = {
    "en": "Check|Send|Review|Create|Update|Archive|Print|Sign|Submit|Receive|Register|Load|Close|Prepare|Verify|Ship",
    "de": "prüfen|senden|anlegen|ändern|ablegen|drucken|freigeben|erhalten|erfassen|laden|abschließen",
    "fr": "Vérifier|Envoyer|Créer|Modifier|Archiver|Imprimer|Signer|Recevoir|Enregistrer|Charger|Clôturer",
    "es": "Revisar|Enviar|Crear|Modificar|Archivar|Imprimir|Firmar|Recibir|Registrar|Cargar|Cerrar",
    "it": "Controllare|Inviare|Creare|Modificare|Archiviare|Stampare|Firmare|Ricevere|Registrare|Caricare",
    "pt": "Verificar|Enviar|Criar|Alterar|Arquivar|Imprimir|Assinar|Receber|Registar|Carregar|Fechar",
    "nl": "controleren|versturen|aanmaken|wijzigen|archiveren|afdrukken|tekenen|ontvangen|laden|afsluiten",
    "pl": "Sprawdź|Wyślij|Utwórz|Zmień|Archiwizuj|Drukuj|Podpisz|Odbierz|Zapisz|Wczytaj|Zamknij",
    "zh": "检查|发送|创建|更新|归档|打印|签署|提交|接收|登记|加载|关闭|准备|核对|审核",
}
OBJECTS = {
    "en": "order|invoice|application|report|account|payment|form|file|parcel|contract|ticket|data|sample|budget|user",
    "de": "Auftrag|Rechnung|Antrag|Bericht|Konto|Zahlung|Formular|Datei|Paket|Vertrag|Daten|Probe",
    "fr": "la commande|la facture|la demande|le rapport|le compte|le paiement|le dossier|le contrat|les données",
    "es": "el pedido|la factura|la solicitud|el informe|la cuenta|el pago|el archivo|el contrato|los datos",
    "it": "la fattura|la richiesta|il rapporto|il conto|il pagamento|il file|il contratto|i dati|il modulo",
    "pt": "o pedido|a fatura|o relatório|a conta|o pagamento|o ficheiro|o contrato|os dados|o formulário",
    "nl": "Bestelling|Factuur|Aanvraag|Rapport|Rekening|Betaling|Formulier|Bestand|Pakket|Contract|Gegevens",
    "pl": "zamówienie|dokument|wniosek|raport|konto|formularz|plik|pakiet|kontrakt|dane|budżet",
    "zh": "订单|发票|申请|报告|账户|付款|表单|文件|包裹|合同|数据|样品|预算|用户信息",
}
DECISIONS = {
    "en": "Approved?|Is it complete?|Payment received?|Any errors?|In stock?|Is the total above 500?|Valid ID?|Retry?|"
    "New customer?|Signed?|Test passed?|More items?",
    "de": "Genehmigt?|Vollständig?|Zahlung erhalten?|Fehler gefunden?|Auf Lager?|Neuer Kunde?|Test bestanden?",
    "fr": "Approuvé ?|Complet ?|Paiement reçu ?|Des erreurs ?|En stock ?|Nouveau client ?|Test réussi ?",
    "es": "¿Aprobado?|¿Completo?|¿Pago recibido?|¿Hay errores?|¿En stock?|¿Cliente nuevo?|¿Firmado?",
    "it": "Approvato?|Completo?|Pagamento ricevuto?|Ci sono errori?|Disponibile?|Nuovo cliente?|Firmato?",
    "pt": "Aprovado?|Completo?|Pagamento recebido?|Há erros?|Em stock?|Novo cliente?|Assinado?",
    "nl": "Goedgekeurd?|Volledig?|Betaling ontvangen?|Fouten gevonden?|Op voorraad?|Nieuwe klant?",
    "pl": "Zatwierdzone?|Kompletne?|Płatność przyjęta?|Są błędy?|Jest w magazynie?|Nowy klient?",
    "zh": "是否通过？|是否完整？|已付款？|有错误？|有库存？|金额大于500？|证件有效？|是否重试？|新客户？|测试通过？",
}
ENDS = {  # first;last
    "en": "Start|Begin;End|Stop|Finish|Done",
    "de": "Start|Beginn;Ende|Fertig",
    "fr": "Début|Départ;Fin",
    "es": "Inicio|Comienzo;Fin",
    "it": "Inizio;Fine",
    "pt": "Início;Fim",
    "nl": "Start|Begin;Einde|Klaar",
    "pl": "Start|Początek;Koniec|Stop",
    "zh": "开始;结束",
}
ANSWERS = {
    "en": "Yes/No|yes/no|YES/NO|Y/N|True/False|Pass/Fail",
    "de": "Ja/Nein|ja/nein",
    "fr": "Oui/Non|oui/non",
    "es": "Sí/No|sí/no",
    "it": "Sì/No|sì/no",
    "pt": "Sim/Não|sim/não",
    "nl": "Ja/Nee|ja/nee",
    "pl": "Tak/Nie|tak/nie",
    "zh": "是/否|是/否|Y/N|通过/不通过",
}
