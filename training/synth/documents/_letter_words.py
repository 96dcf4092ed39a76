"""What letters say beside their text, in every language. Alternatives are separated by |."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """`{}` in a salutation is the recipient's name; a label's colon is part of it."""

    reference: str
    subject: str
    date: str
    salutation: str
    closing: str
    contact: tuple[str, str, str]  # telephone, mail, the web
    role: str
    enclosure: str


LETTERS = {
    "en": Words(
        "Our ref:|Ref. No.:|Reference:|Ref:|Your ref.:|File no.",
        "|Re:|Subject:|RE:",
        "|Date:",
        "Dear {},|Dear Sir or Madam,|Dear Sir/Madam|Dear {}:|To whom it may concern,|Hello {},",
        "Yours faithfully,|Yours truly,|Kind regards,|Best regards|Sincerely,|Respectfully yours,|Best wishes,",
        ("Tel.", "Email", "Web"),
        "Managing Director|Head of Customer Services|Secretary|Accounts Department|Chief Executive|Personnel Manager",
        "Enclosure|Encl.|Enc. (2)|cc: Accounts",
    ),
    "de": Words(
        "Unser Zeichen:|Ihr Zeichen:|Aktenzeichen:|Kundennummer:",
        "|Betreff:|Betr.:",
        "|Datum:",
        "Sehr geehrte Damen und Herren,|Sehr geehrte/r {},|Guten Tag {},|Liebe/r {},",
        "Mit freundlichen Grüßen|Freundliche Grüße|Hochachtungsvoll|Viele Grüße",
        ("Telefon", "E-Mail", "Internet"),
        "Geschäftsführung|Sachbearbeitung|Kundendienst|i. A.",
        "Anlage|Anlagen: 2",
    ),
    "fr": Words(
        "Réf. :|N/Réf. :|Votre référence :|Dossier n° :",
        "Objet :|Objet :|",
        "|Le",
        "Madame, Monsieur,|Cher {},|Bonjour {},|Messieurs,",
        "Cordialement,|Bien à vous,|Sincères salutations,|Salutations distinguées",
        ("Tél.", "Courriel", "Site"),
        "Le directeur|La directrice|Service clientèle|Le secrétariat",
        "P.J. : 2|Pièce jointe",
    ),
    "es": Words(
        "Ref.:|N/Ref.:|Expediente:",
        "Asunto:|Asunto:|",
        "|Fecha:",
        "Estimado/a {}:|Muy señores míos:|Estimados señores:|Apreciado/a {}:",
        "Atentamente,|Un cordial saludo,|Saludos cordiales,|Le saluda atentamente,",
        ("Tel.", "Correo", "Web"),
        "Director general|Atención al cliente|Secretaría",
        "Anexo|Adjunto: 2",
    ),
    "it": Words(
        "Rif.:|Ns. rif.:|Prot. n.",
        "Oggetto:|Oggetto:|",
        "|Data:",
        "Gentile {},|Egregio {},|Spettabile ditta,|Gentili Signori,",
        "Cordiali saluti,|Distinti saluti|Con i migliori saluti,",
        ("Tel.", "E-mail", "Web"),
        "Il direttore|Ufficio clienti|La segreteria",
        "Allegato|Allegati: 2",
    ),
    "pt": Words(
        "Ref.:|N/Ref.:|Processo n.º",
        "Assunto:|Assunto:|",
        "|Data:",
        "Exmo. Senhor {},|Caro {},|Prezados Senhores,|Estimada {},",
        "Atenciosamente,|Com os melhores cumprimentos,|Cordialmente,",
        ("Tel.", "E-mail", "Web"),
        "O diretor|Apoio ao cliente|A secretaria",
        "Anexo|Anexos: 2",
    ),
    "nl": Words(
        "Ons kenmerk:|Uw kenmerk:|Klantnummer:",
        "Betreft:|Onderwerp:|",
        "|Datum:",
        "Geachte {},|Geachte heer, mevrouw,|Beste {},",
        "Met vriendelijke groet,|Hoogachtend,|Vriendelijke groeten,",
        ("Tel.", "E-mail", "Web"),
        "Directeur|Klantenservice|Administratie",
        "Bijlage|Bijlagen: 2",
    ),
    "pl": Words(
        "Nr ref.:|Nasz znak:|Wasz znak:",
        "Dotyczy:|Temat:|",
        "|Data:",
        "Szanowni Państwo,|Szanowny Panie,|Szanowna Pani,|Dzień dobry,",
        "Z poważaniem|Łączę wyrazy szacunku|Pozdrawiam serdecznie",
        ("Tel.", "E-mail", "WWW"),
        "Dyrektor|Dział obsługi klienta|Sekretariat",
        "Załącznik|Załączniki: 2",
    ),
    "zh": Words(
        "编号：|文号：|档案号：|参考号：",
        "主题：|事由：|关于：|",
        "日期：|",
        "尊敬的{}：|{}先生：|{}女士：|尊敬的客户：|各位同事：|亲爱的{}：",
        "此致敬礼|顺祝商祺|谨启|祝工作顺利",
        ("电话", "邮箱", "网址"),
        "总经理|客户服务部|办公室主任|人力资源部",
        "附件：2份|抄送：财务部",
    ),
}
