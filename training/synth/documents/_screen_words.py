"""What programs write on screens, in every language. Written for this project."""

from __future__ import annotations

MENUS = {
    "en": "File|Edit|View|Insert|Format|Tools|Window|Help",
    "de": "Datei|Bearbeiten|Ansicht|Einfügen|Format|Extras|Fenster|Hilfe",
    "fr": "Fichier|Édition|Affichage|Insertion|Format|Outils|Fenêtre|Aide",
    "es": "Archivo|Editar|Ver|Insertar|Formato|Herramientas|Ventana|Ayuda",
    "it": "File|Modifica|Visualizza|Inserisci|Formato|Strumenti|Finestra|Aiuto",
    "pt": "Arquivo|Editar|Exibir|Inserir|Formatar|Ferramentas|Janela|Ajuda",
    "nl": "Bestand|Bewerken|Beeld|Invoegen|Opmaak|Extra|Venster|Help",
    "pl": "Plik|Edycja|Widok|Wstaw|Format|Narzędzia|Okno|Pomoc",
    "zh": "文件|编辑|视图|插入|格式|工具|窗口|帮助",
}
BUTTONS = {
    "en": "OK|Cancel|Apply|Save|Close|Retry|Yes|No|Send|Back|Next",
    "de": "OK|Abbrechen|Übernehmen|Speichern|Schließen|Ja|Nein|Senden|Zurück|Weiter",
    "fr": "OK|Annuler|Appliquer|Enregistrer|Fermer|Oui|Non|Envoyer|Retour|Suivant",
    "es": "Aceptar|Cancelar|Aplicar|Guardar|Cerrar|Sí|No|Enviar|Atrás|Siguiente",
    "it": "OK|Annulla|Applica|Salva|Chiudi|Sì|No|Invia|Indietro|Avanti",
    "pt": "OK|Cancelar|Aplicar|Salvar|Fechar|Sim|Não|Enviar|Voltar|Avançar",
    "nl": "OK|Annuleren|Toepassen|Opslaan|Sluiten|Ja|Nee|Verzenden|Terug|Volgende",
    "pl": "OK|Anuluj|Zastosuj|Zapisz|Zamknij|Tak|Nie|Wyślij|Wstecz|Dalej",
    "zh": "确定|取消|应用|保存|关闭|重试|是|否|发送|返回|下一步",
}
SETTINGS = {  # what the list is called, then each with the kinds of value that it has
    "en": "Settings|Wi-Fi:sw|Bluetooth:s|Display brightness:l%|Sound:l|Notifications:s|Language:L|Battery:%|"
    "Storage:G|Privacy:sb|Updates:v|Dark mode:sb|Keyboard:w|Date and time:d|Accounts:w|Font size:pl|"
    "About:v|Sleep after:m|Default browser:w|Proxy server:u",
    "de": "Einstellungen|WLAN:sw|Bluetooth:s|Helligkeit:l%|Ton:l|Benachrichtigungen:s|Sprache:L|Akku:%|"
    "Speicher:G|Datenschutz:sb|Updates:v|Dunkler Modus:sb|Tastatur:w|Datum und Uhrzeit:d|Konten:w|"
    "Schriftgröße:pl|Über:v",
    "fr": "Paramètres|Wi-Fi:sw|Bluetooth:s|Luminosité:l%|Son:l|Notifications:s|Langue:L|Batterie:%|Stockage:G|"
    "Confidentialité:sb|Mises à jour:v|Mode sombre:sb|Clavier:w|Date et heure:d|Comptes:w|"
    "Taille du texte:pl|À propos:v",
    "es": "Ajustes|Wi-Fi:sw|Bluetooth:s|Brillo:l%|Sonido:l|Notificaciones:s|Idioma:L|Batería:%|Almacenamiento:G|"
    "Privacidad:sb|Modo oscuro:sb|Teclado:w|Fecha y hora:d|Cuentas:w|Tamaño del texto:pl|Acerca de:v",
    "it": "Impostazioni|Wi-Fi:sw|Bluetooth:s|Luminosità:l%|Suono:l|Notifiche:s|Lingua:L|Batteria:%|Memoria:G|"
    "Riservatezza:sb|Modalità scura:sb|Tastiera:w|Data e ora:d|Account:w|Dimensione testo:pl|"
    "Informazioni:v",
    "pt": "Configurações|Wi-Fi:sw|Bluetooth:s|Brilho:l%|Som:l|Notificações:s|Idioma:L|Bateria:%|Armazenamento:G|"
    "Privacidade:sb|Modo escuro:sb|Teclado:w|Data e hora:d|Contas:w|Tamanho do texto:pl|Sobre:v",
    "nl": "Instellingen|Wifi:sw|Bluetooth:s|Helderheid:l%|Geluid:l|Meldingen:s|Taal:L|Batterij:%|Opslag:G|"
    "Privacy:sb|Updates:v|Donkere modus:sb|Toetsenbord:w|Datum en tijd:d|Accounts:w|Tekstgrootte:pl|"
    "Over:v",
    "pl": "Ustawienia|Wi-Fi:sw|Bluetooth:s|Jasność:l%|Dźwięk:l|Powiadomienia:s|Język:L|Bateria:%|Pamięć:G|"
    "Prywatność:sb|Aktualizacje:v|Tryb ciemny:sb|Klawiatura:w|Data i godzina:d|Konta:w|Rozmiar tekstu:pl|"
    "Informacje:v",
    "zh": "设置|无线局域网:sw|蓝牙:s|屏幕亮度:l%|声音:l|通知:s|语言:L|电池:%|存储空间:G|"
    "隐私:sb|软件更新:v|深色模式:sb|键盘:w|日期与时间:d|账户:w|字体大小:pl|关于本机:v",
}
"""s is a switch, b a box to tick, l a slider, % G m p v w L d u a value (`_screen_desktop`)."""
OWN_NAMES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "pt": "Português",
    "nl": "Nederlands",
    "pl": "Polski",
    "zh": "简体中文",
}
GAME = {
    "en": "Score|Level|Lives|Ammo|Time|Quest|Gold|Health|Map|Next wave|Combo",
    "de": "Punkte|Stufe|Leben|Munition|Zeit|Auftrag|Gold|Karte",
    "fr": "Score|Niveau|Vies|Munitions|Temps|Quête|Or|Carte",
    "es": "Puntos|Nivel|Vidas|Munición|Tiempo|Misión|Oro|Mapa",
    "it": "Punti|Livello|Vite|Munizioni|Tempo|Missione|Oro|Mappa",
    "pt": "Pontos|Nível|Vidas|Munição|Tempo|Missão|Ouro|Mapa",
    "nl": "Score|Niveau|Levens|Munitie|Tijd|Opdracht|Goud|Kaart",
    "pl": "Wynik|Poziom|Życia|Amunicja|Czas|Zadanie|Złoto|Mapa",
    "zh": "得分|等级|生命|弹药|时间|任务|金币|血量|地图|连击",
}
TABS = {
    "en": "Home|Search|Chats|Profile|Library|Calls|News|Cart|Settings",
    "de": "Start|Suche|Chats|Profil|Anrufe|Neues|Mehr",
    "fr": "Accueil|Recherche|Messages|Profil|Appels|Plus",
    "es": "Inicio|Buscar|Chats|Perfil|Llamadas|Más",
    "it": "Home|Cerca|Chat|Profilo|Chiamate|Altro",
    "pt": "Início|Buscar|Conversas|Perfil|Chamadas|Mais",
    "nl": "Start|Zoeken|Chats|Profiel|Bellen|Meer",
    "pl": "Start|Szukaj|Czaty|Profil|Rozmowy|Więcej",
    "zh": "首页|搜索|消息|我的|通讯录|发现|购物车",
}
