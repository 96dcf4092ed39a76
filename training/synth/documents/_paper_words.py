"""The fixed words of papers in every language: section titles, labels of abstracts, captions and references."""

from __future__ import annotations

SECTIONS = {
    "en": "Introduction|Related Work|Background|Method|"
    "Materials and Methods|Experiments|Experimental Setup|Results|Evaluation|"
    "Ablation Study|Discussion|Limitations|"
    "Conclusion|Conclusions and Future Work|Acknowledgements|Data and Preprocessing",
    "de": "Einleitung|Stand der Forschung|Methode|Material und Methoden|Versuche|"
    "Ergebnisse|Auswertung|Diskussion|Fazit|Ausblick",
    "fr": "Introduction|État de l’art|Méthode|Matériel et méthodes|"
    "Expériences|Résultats|Discussion|Conclusion|Perspectives",
    "es": "Introducción|Trabajos relacionados|Métodos|Materiales y métodos|"
    "Experimentos|Resultados|Discusión|Conclusiones",
    "it": "Introduzione|Lavori correlati|Metodi|Materiali e metodi|Esperimenti|Risultati|Discussione|Conclusioni",
    "pt": "Introdução|Trabalhos relacionados|Métodos|Materiais e métodos|Experimentos|Resultados|Discussão|Conclusão",
    "nl": "Inleiding|Verwant werk|Methode|Materiaal en methoden|Experimenten|Resultaten|Discussie|Conclusie",
    "pl": "Wstęp|Przegląd literatury|Metody|Materiały i metody|Eksperymenty|Wyniki|Dyskusja|Wnioski|Podsumowanie",
    "zh": "引言|相关工作|研究背景|方法|材料与方法|实验设置|实验结果|结果分析|消融实验|讨论|结论|总结与展望|致谢",
}
"""Titles separated by |, that of an introduction first."""

KEYWORDS = {
    "en": (("Abstract", "Keywords"), ("ABSTRACT", "Index Terms"), ("Summary", "Key words")),
    "de": (("Zusammenfassung", "Schlagwörter"), ("Kurzfassung", "Stichworte")),
    "fr": (("Résumé", "Mots-clés"),),
    "es": (("Resumen", "Palabras clave"),),
    "it": (("Sommario", "Parole chiave"), ("Riassunto", "Parole chiave")),
    "pt": (("Resumo", "Palavras-chave"),),
    "nl": (("Samenvatting", "Trefwoorden"),),
    "pl": (("Streszczenie", "Słowa kluczowe"),),
    "zh": (("摘要", "关键词"), ("摘 要", "关键字"), ("内容提要", "关键词")),
}
"""What an abstract and a list of keywords are called."""

CAPTIONS = {
    "en": (("Figure", "Table"), ("Fig.", "Table"), ("FIG.", "TABLE"), ("Fig.", "Tab.")),
    "de": (("Abbildung", "Tabelle"), ("Abb.", "Tab.")),
    "fr": (("Figure", "Tableau"), ("Fig.", "Tab.")),
    "es": (("Figura", "Tabla"),),
    "it": (("Figura", "Tabella"),),
    "pt": (("Figura", "Tabela"),),
    "nl": (("Figuur", "Tabel"), ("Afb.", "Tabel")),
    "pl": (("Rysunek", "Tabela"), ("Rys.", "Tab.")),
    "zh": (("图", "表"), ("图", "表格")),
}
"""What figures and tables are called."""

REFERENCES = {
    "en": ("References", "REFERENCES", "Bibliography", "Literature Cited"),
    "de": ("Literatur", "Literaturverzeichnis"),
    "fr": ("Références", "Bibliographie"),
    "es": ("Referencias", "Bibliografía"),
    "it": ("Riferimenti bibliografici", "Bibliografia"),
    "pt": ("Referências",),
    "nl": ("Literatuur", "Referenties"),
    "pl": ("Literatura", "Bibliografia"),
    "zh": ("参考文献",),
}
"""What the list of literature is called."""
