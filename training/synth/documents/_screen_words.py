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
SETTINGS = {
    "en": "Settings|Wi-Fi|Bluetooth|Display brightness|Sound|Notifications|Language|Battery|Storage|Privacy|Updates|"
    "Dark mode|Keyboard|Date and time|Accounts|Font size|About|Sleep after|Default browser|Proxy server",
    "de": "Einstellungen|WLAN|Bluetooth|Helligkeit|Ton|Benachrichtigungen|Sprache|Akku|Speicher|Datenschutz|Updates|"
    "Dunkler Modus|Tastatur|Datum und Uhrzeit|Konten|Schriftgröße|Über",
    "fr": "Paramètres|Wi-Fi|Bluetooth|Luminosité|Son|Notifications|Langue|Batterie|Stockage|Confidentialité|"
    "Mises à jour|Mode sombre|Clavier|Date et heure|Comptes|Taille du texte|À propos",
    "es": "Ajustes|Wi-Fi|Bluetooth|Brillo|Sonido|Notificaciones|Idioma|Batería|Almacenamiento|Privacidad|"
    "Modo oscuro|Teclado|Fecha y hora|Cuentas|Tamaño del texto|Acerca de",
    "it": "Impostazioni|Wi-Fi|Bluetooth|Luminosità|Suono|Notifiche|Lingua|Batteria|Memoria|Riservatezza|"
    "Modalità scura|Tastiera|Data e ora|Account|Dimensione testo|Informazioni",
    "pt": "Configurações|Wi-Fi|Bluetooth|Brilho|Som|Notificações|Idioma|Bateria|Armazenamento|Privacidade|"
    "Modo escuro|Teclado|Data e hora|Contas|Tamanho do texto|Sobre",
    "nl": "Instellingen|Wifi|Bluetooth|Helderheid|Geluid|Meldingen|Taal|Batterij|Opslag|Privacy|Updates|"
    "Donkere modus|Toetsenbord|Datum en tijd|Accounts|Tekstgrootte|Over",
    "pl": "Ustawienia|Wi-Fi|Bluetooth|Jasność|Dźwięk|Powiadomienia|Język|Bateria|Pamięć|Prywatność|Aktualizacje|"
    "Tryb ciemny|Klawiatura|Data i godzina|Konta|Rozmiar tekstu|Informacje",
    "zh": "设置|无线局域网|蓝牙|屏幕亮度|声音|通知|语言|电池|存储空间|隐私|"
    "软件更新|深色模式|键盘|日期与时间|账户|字体大小|关于本机",
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
