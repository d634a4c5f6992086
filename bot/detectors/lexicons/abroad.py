"""A few strong words of other languages: enough to lean one way, never to be sure."""

STRONG = {
    "pt": {"obrigado": 2, "obrigada": 2, "excelente": 3, "ótimo": 3, "adoro": 3, "péssimo": -3, "péssima": -3, "horrível": -3, "vergonha": -3, "atraso": -2, "cancelado": -2, "perdida": -2, "perderam": -2, "pior": -3, "reclamação": -2},
    "es": {"gracias": 2, "excelente": 3, "genial": 3, "encanta": 3, "pésimo": -3, "pésima": -3, "horrible": -3, "vergüenza": -3, "retraso": -2, "cancelado": -2, "perdido": -2, "perdieron": -2, "peor": -3, "queja": -2, "estafa": -3},
    "de": {"danke": 2, "super": 2, "toll": 3, "klasse": 3, "großartig": 3, "schlecht": -2, "schlechteste": -3, "furchtbar": -3, "katastrophe": -3, "unverschämt": -3, "verspätung": -2, "verspätet": -2, "verloren": -2, "enttäuscht": -3, "beschwerde": -2, "leider": -1},
    "fr": {"merci": 2, "excellent": 3, "génial": 3, "super": 2, "nul": -3, "honte": -3, "scandaleux": -3, "retard": -2, "annulé": -2, "perdu": -2, "pire": -3, "inadmissible": -3, "déçu": -3, "déçue": -3, "arnaque": -3},
    "it": {"grazie": 2, "ottimo": 3, "fantastico": 3, "bellissimo": 3, "pessimo": -3, "pessima": -3, "vergogna": -3, "vergognoso": -3, "ritardo": -2, "cancellato": -2, "perso": -2, "peggiore": -3, "deluso": -3, "delusa": -3, "truffa": -3},
    "nl": {"bedankt": 2, "geweldig": 3, "fijn": 2, "slecht": -2, "slechtste": -3, "schandalig": -3, "vertraging": -2, "vertraagd": -2, "geannuleerd": -2, "kwijt": -2, "teleurgesteld": -3, "klacht": -2, "belachelijk": -3},
}  # fmt: skip
