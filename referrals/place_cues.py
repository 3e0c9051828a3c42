"""Words around a name that say whether somebody is there, goes there, or is from there.

Five languages share the tables, since people mix them and most of the words are of one only.
"""

from __future__ import annotations

from collections.abc import Mapping

from referrals.place_names import listed

HERE, ARRIVED, AT, BARE = 1.0, 0.97, 0.95, 0.88
"""How much a mention says about where somebody is: "estoy en", "llegué a", "en", nothing."""
PASSED = 0.87
"""The same for "pasé por" and "viví en": it was so."""
WISHED, KIN, TO, SINCE, FROM, HOME = 0.86, 0.85, 0.8, 0.75, 0.7, 0.0
"""The same for "quiero quedarme en", "mi hermano está en", "hacia", "desde", "vengo de", and
for a home town, which says nothing."""
DUE = 0.79
"""The same for "mi cita es en": she must be there some day."""
WINDOW = 6
"""How many words before a name are read."""

IN_WORDS = frozenset(
    listed("""
            en x por par via through in at near em na nas nan lan bo toupre entre between ant
            antre nel within
            inside outside around sur dans chez kote sou anba andeyo junto proche
            в во у біля около із из في قرب
        """)
)
TO_WORDS = frozenset(
    listed("""
            a para pa pal hacia hasta rumbo to towards au aux vers jusqu pou pra pro ate ao до
            إلى
        """)
)
OF_WORDS = frozenset(listed("de del d da dos du of from desde depi depuis soti sot от من"))
SINCE_WORDS = frozenset(listed("from desde depi depuis soti sot от من"))

SKIPPED = frozenset(
    listed("""
            el la los las le les l lo the o os as un une una ciudad city cidade ville vil siudad
            municipio pueblo town barrio colonia villa alcaldia alcadia delegacion delegation
            delegasyon borough arrondissement parque park
            pak puente pont bridge terminal estacion station gare zona cd estasyon teminal
            estacao stade estadio mercado marche camp kan campamento acampamento metro
        """)
)
"""Words between the one that locates and the name."""
HEADS: Mapping[str, bool] = {
    **dict.fromkeys(
        listed("""
            cote alentours environs banlieue arredores alrededores inmediaciones outskirts
            cerca fuera afuera afueras dentro adentro centro center centre lado perto pres
            proche close near next outside inside nord sur norte sul sid zona south north lejos
            cerquita frente enfrente rumbo bordo orillas salida entrada
        """),
        True,
    ),
    **dict.fromkeys(
        listed("""
            ciudad city cidade ville vil municipio pueblo barrio colonia estacion station gare
            terminal central parque park pak puente pont bridge carretera ruta aeropuerto
            airport frontera frontiere fronteira border fwontye albergue refugio playa calles
            plaza town alcaldia delegacion camino aeroport aewopo quartier katye route rue
            chemin wout estrada rodoviaria estacao camp kan campamento acampamento mercado
            marche stade estadio hospital hopital lopital clinica clinique klinik comar
            oficina oficinas bureau biwo consulado consulat prefeitura
        """),
        False,
    ),
}
"""Words before "de": those that locate by themselves, and those that only stand between."""

AFTER_IN: Mapping[str, float] = {
    **dict.fromkeys(
        listed("""
            estoy toy stoy toi estamos tamos ando andamos vivo vivimos bibo encuentro
            encontramos varado varada varados varadas atrapado atrapada atrapados quedamos
            duermo dormimos durmiendo sigo seguimos viviendo ahora ahorita orita actualmente
            aqui aki aca hoy estancado llevo llevamos been am im m re stuck staying stay live living
            sleeping sleep now currently here stranded waiting suis jsuis chuis chui sommes habite
            habitons vis vivons dors dormons bloque bloques bloquee maintenant actuellement ici
            estou tou tamo moro moramos fico ficamos agora parado presa preso mwen nou viv bloke
            rete domi kounye kounyea isit
        """),
        HERE,
    ),
    **dict.fromkeys(
        listed("""
            llegue llegamos llegando llegado llegada llegados llego quede tiraron
            tiro dejaron aventaron bajaron soltaron deportaron mandaron regresaron devolvieron
            aventado deportado deportada deportados arrived arrive reached got dropped left
            deported sent arrivee arrives arriver depose deposes expulse expulses cheguei
            chegamos deixaram mandaram rive debake voye depote lage entre entramos
        """),
        ARRIVED,
    ),
    **dict.fromkeys(
        listed("""
            quiero queremos quisiera ir irme irnos want wish going veux voudrais aimerais quero
            queria vle pral prale ale estar presentarme presentarnos presentar be etre
        """),
        WISHED,
    ),
    **dict.fromkeys(
        listed("""
            pase pasamos pasando passei passamos passed passe passes passer cruce cruzamos crucei
            crossed traverse traversons estuve estuvimos estaba estabamos vivia viviamos vivi
            trabaje trabajaba trabajamos trabalhei lived was were used worked etais etait etions
            vecu vivais habitais travaille morei morava vivia estive estava
        """),
        PASSED,
    ),
    **dict.fromkeys(
        listed("""
            cita citas rdv rendez appointment entrevista interview audiencia audience
            agendamento randevou randevu
        """),
        DUE,
    ),
    **dict.fromkeys(
        listed("""
            parents papas padres hermanos hermanas primos primas tios suegra suegro cunado cunada
            parientes hijos hijas kids children brothers sisters cousins freres soeurs irmaos
            irmas filhos sogra cunhado kouzen paran esposos amigos amigas friends amis
        """),
        KIN,
    ),
    **dict.fromkeys(
        listed("""
            hermano hermana esposo esposa mama papa madre padre hijo hija primo prima tio tia
            amigo amiga marido mujer familia familiares abuela novio novia sobrino sobrina
            brother sister husband wife mother father mom dad son daughter cousin uncle aunt
            friend family nephew niece frere soeur mari femme mere pere fils fille tante oncle
            ami amie famille irmao irma mae pai filho filha fre se manman pitit kouzen kouzin
            fanmi madanm zanmi baby bebe nino nina bebes enfant enfants kid ti
        """),
        KIN,
    ),
    **dict.fromkeys(listed("naci nacimos nasci fet ne nee born"), HOME),
}
AFTER_TO: Mapping[str, float] = {
    **dict.fromkeys(
        listed("""
            llegue llegamos llegando llegado llegados llegada acabo acabamos recien tiraron
            dejaron aventaron soltaron deportaron deportado deportada deportados regresaron
            devolvieron regresado mandaron deported sent back got just arrived returned expelled
            arrive arrives arrivee expulse expulses renvoye renvoyes cheguei chegamos deportaram
            mandaram rive voye depote tounen bajaron trajeron traslado trasladaron moved mude
            mudamos mudei demenage deplace
        """),
        ARRIVED,
    ),
    **dict.fromkeys(listed("cerca cerquita close next"), HERE),
}
AFTER_OF: Mapping[str, float] = {
    **dict.fromkeys(
        listed("""
            soy somos eres es era sou am im m are re is suis sommes est originario originaria
            originarios originaire originally oriundo nativo nativa naci nasci natural moun
            paisano
        """),
        HOME,
    ),
    **dict.fromkeys(
        listed("""
            escribo escribimos escribiendo writing write call calling ecris escrevo ekri hablo
        """),
        ARRIVED,
    ),
    **dict.fromkeys(
        listed("""
            vengo venimos sali salimos saliendo salir came come coming left leave fled viens
            venons venu venus quitte parti partis vim viemos venho sai saimos soti sot desde
            salgo salio viene vinimos vine regreso deported deportado deportaron aller ir go
            travel viajar viaje al
        """),
        FROM,
    ),
}
WITHOUT: Mapping[str, float] = {
    **dict.fromkeys(listed("estoy toy stoy estamos live viven habite habitons reach reached"), AT),
    **dict.fromkeys(listed("visit"), TO),
    **dict.fromkeys(
        listed("cita rdv appointment entrevista interview audience randevou randevu"), DUE
    ),
    **dict.fromkeys(listed("kite left leaving leave quitter quitte quittons deixar"), FROM),
}
CREOLE: Mapping[str, float] = {
    **dict.fromkeys(
        listed("rive viv rete tounen debake ye kanpe chita domi bloke kwense kole"), AT
    ),
    "pase": PASSED,
    **dict.fromkeys(listed("ale al pral prale desann monte travese"), TO),
}
"""Words right before a name, without a preposition; the second in Haitian Creole, which often
has none."""

PRONOUNS = frozenset(listed("m mwen n nou ap se"))
"""Right before a name in Haitian Creole: "n ap Tijuana", "kote m ye a se Reynosa"."""
CREOLE_LINKS = frozenset(listed("men menm kounye epi paske a jodi wi bonjou alo jiska toujou kom"))
"""After these another thing is said, which may begin with a pronoun."""
WITH = frozenset(listed("con with avec com ak y and et e"))
"""Before somebody of the family who is here as well: "con mi hija en Huixtla"."""
UNSAID = frozenset(
    listed("""
            habite live living sleep sleeping staying stuck stranded now currently here waiting
            viviendo durmiendo ahora ahorita orita actualmente hoy varado varada varados atrapado
            atrapada atrapados estancado bloque bloques bloquee maintenant actuellement ici agora
            parado presa preso viv rete domi bloke kounye kounyea isit
        """)
)
"""Words of `AFTER_IN` that do not say who is there: "ma soeur habite à"."""
FIRST_PERSON = frozenset(
    listed("""
            estoy toy stoy toi estamos tamos ando andamos sigo i im we am je j nous on suis jsuis
            chuis chui sommes eu estou tou tamo mwen m nou n
        """)
)
PAIRS: Mapping[tuple[str, str], float] = {
    ("we", "are"): HERE,
    ("i", "are"): HERE,
    ("on", "est"): HERE,
    ("on", "etait"): PASSED,
}
"""Two words that say together what the second does not say of itself."""
HERE_AFTER = frozenset(
    tuple(listed(phrase))
    for phrase in (
        *("ou je suis", "ou nous sommes", "ou on est", "where i am", "where we are"),
        *("where i m", "where we re", "donde estoy", "donde estamos", "donde ando"),
        *("donde vivo", "donde vivimos", "onde estou", "onde estamos", "onde moro"),
        *("desde hace", "depuis", "depi", "ha dias", "ha semanas", "ha meses"),
        *("kote m ye", "kote mwen ye", "kote nou ye", "kote m rete", "kote nou rete"),
    )
)
"""Right after a name."""

GOING = frozenset(
    listed("""
            aller vais va vas allons allez pars partir rejoindre retourner vont irai
        """)
)
"""French verbs after which an "à" is the way to a place."""

STATE_HEADS = frozenset(listed("estado edo estados etat eta leta state provincia"))
"""Before "de", they make a state of a name that is a city's too."""

TONGUES: Mapping[str, frozenset[str]] = {
    "es": frozenset(
        listed("""
            que y el los las con mi estoy es por un una del no hay necesito se
        """)
    ),
    "en": frozenset(
        listed("""
            i the is am to my we for and do you are how can they a from have
        """)
    ),
    "fr": frozenset(
        listed("""
            je j jsuis chuis chui jai suis nous sommes avec mon ma mes pour dans est des et ai
            pas du ou une sans comment chez aux au
        """)
    ),
    "pt": frozenset(
        listed("""
            eu estou nao com meu minha um uma em e preciso tem sou os ta como
        """)
    ),
    "ht": frozenset(
        listed("""
            mwen m nan ak pou ki yon pa nou gen ap li yo kote sa genyen lan
        """)
    ),
}
