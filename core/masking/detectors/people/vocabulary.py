"""Ordinary words, lower case and without accents: a name or a password is none of them."""

from typing import Final

from fewsight.masking.names import words

NOT_A_PASSWORD: Final = words("""
    wrong incorrect invalid expired locked forgotten forgot lost gone empty blank missing correct right ok okay fine
    good bad weak strong long short same different required needed necessary unknown secure safe secret stolen broken
    rejected denied blocked reset rules policy help protected hint field page box link manager yes no none n/a na null
    visible falsch ungultig abgelaufen gesperrt vergessen weg richtig leer unbekannt notig gleich sicher zuruckgesetzt
    kaputt incorrecte invalide expire oublie oubliee perdu perdue bloque faux bon bonne vide obligatoire inconnu
    refuse incorrecta invalida caducada caducado bloqueada olvidada correcta mala valida vacia desconocida necesaria
    sbagliata errata scaduta dimenticata
    """)

NOT_NAMES: Final = words("""
    irish scottish welsh polish turkish russian dutch swedish norwegian danish finnish greek portuguese brazilian
    mexican gruße gruß
    canadian australian japanese korean african european asian muslim christian jewish catholic
    mme mlle sra srta dr prof lg vg cdt atte dona
    a about above account actually address after afternoon again ago all almost already also always am an and angry
    annoyed another any anybody anyone anything app are around as ask asking at away awful back bad be because been
    before being best better bit both bought box boy bring broken brand but buy buying by call calling came can cancel
    card case cant certain chat check cheers child client come coming company complaint concerned confused contact
    could currently customer customers customs daughter day days dear deeply delayed delighted deliver delivery
    department did different disappointed disgusted do doctor does doing done dont due each early either else email
    end enjoy enough even evening ever every everybody everyone everything exactly extremely family fan far fed feel
    few finally fine first folks for former forward found free friend friends from frustrated fully fun furious
    gentlemen get getting girl given giving glad go going gone good got great group guy guys had half happy hardly has
    have having he hear hello help her here hey hi him his home honest how however i id if ill im impressed in
    interested into is issue it item its ive just keep kind kindly know ladies last late later least leaving left less
    let like lol long looking lost lot lots love loyal madam made mail make man manager many maybe me member message
    mine miss missing moment monday more morning most mostly moving mr mrs ms much mum my name near need needing never
    new next nice night no nobody none normal not note nothing now number of off office often ok okay old on once one
    online only open or order orders other others our out over own package paid parcel partner past pay people per
    perfect phone pick please pleased pls policy possible price probably problem product proud purchase put question
    quick quite rather ready real really reasons received recently refund regarding regards regular reply return
    returned right sad said same satisfied saturday say scam sale sales see seems sell send sent service several shame
    she shipping shop shocked should sick simply since sincerely single sir sister so some somebody someone something
    soon sorry speak speaking staff still stop store stuck student such sunday super support supposed sure surprised
    take tell teacher team terrible thank thanks that the their them then there these they thing things think this
    those though thought through thursday tired to today together told tomorrow tonight too total totally tried
    trouble true trying tuesday two ugly unable under unfortunately unhappy until up upset urgent us use used user
    using usually very via visit wait waiting want wanted was way we website wednesday week weeks welcome well went
    were what when where which while who whole whose why wife wonderful wondering wont work working worried worse
    worst would writing wrong year years yes yesterday yet you your yours advance bye ciao holiday holidays vacation
    xmas christmas kisses sincerest world assistant agent representative owner buyer seller mother father parent
    brother son husband mom dad baby kid kids nurse engineer designer driver pensioner retired pregnant disabled vegan
    vegetarian allergic english american british german french spanish chinese indian italian woman human person robot
    bot valued subscriber january february march july september october november december sirs maam ma'am y'all yall
    folk dept desk accounts payable stores lettings management committee milk sauce latte wax candle beans unsure
    unaware curious overseas blind live wet fresh straight direct abroad expiration date size quality ease cheaper
    loud dark below against midnight noon password passcode pin code login tracking invoice ticket amount euro euros
    dollars pounds aber abo alle allen alles als alt alter anbei angebot anfrage antwort arzt auch auf aus bald bei
    beim beste bestellung bestens bestimmt bin bis bitte bleiben da dabei dachte damen damit danach danke dann das
    dass dein deine dem den denn der des die dies diese dieser doch dort dringend du durch eben eigentlich ein eine
    einem einen einer einfach enttauscht er erst es etwas eure euer falsch fast fertig fragen frau freitag fur ganz
    garnicht geburtstag gegen gekommen gekauft gerade gern gerne gestern gibt grusse gruss gut gute guten habe haben
    hallo hat hatte herr herren herrn heute hier hochzeit hoffe ich ihm ihn ihnen ihr ihre ihrem ihren ihrer immer ins
    ist ja jahr jahre jeder jetzt kann kaputt kauf kein keine kinder kollege kollegin konnen konto kunde kunden
    kundendienst kundenservice kundin lange leider leute lehrer lehrerin letzte liebe lieben lieber lieferung los mal
    mann mehr mein meine meinem meinen meiner mfg mich mir mit mittwoch mitglied mochte monat monatelang montag morgen
    muss mutter nach nachricht nachste nein neu neue nicht nichts nie noch nochmal nummer nun nur ob oder ohne paket
    post preis rechnung rentner rentnerin sauer sagen samstag schade schon schlecht schnell schuhe sehr sein seit
    sicher sie sind sofort sohn sonntag sowas stammkunde stammkundin studentin tag tage tochter trotzdem tschuss uber
    um umgezogen und uns unser unsere unzufrieden urlaub vater verargert verzweifelt viel viele vielen vielleicht vom
    von voraus vor vorab wann war warte warten warum weg wegen weil weiter welche wenn wer werde wie wieder will wir
    wirklich wo woche wochen wurde zu zum zufrieden zur zuruck zusammen zwei donnerstag dienstag ostern weihnachten
    schwanger allergisch alleinerziehend berufstatig neukunde interessiert begeistert entsetzt erreichbar absolument
    acheter acheteur ai alors ami amie ans apres assez attends attente au aucun aussi autre aux avait avance avant
    avec avez avoir beaucoup bien bientot bonjour bonne bonsoir c'est ca car ce cela celui ces cet cette chaque cher
    chere chers chez chose cliente clients colis commande comme comment compte content contente cordialement d' dans
    de decu decue deja demain demande depuis dernier desole desolee deux devant dimanche dire dois donc donne elle
    elles en encore enfin enseignante entre equipe est et etais etait etc etre etudiant etudiante eu eux facture faire
    fait famille femme fidele fille fils fois furieux furieuse gens heureux heureuse homme ici il ils incroyable
    inquiet inquiete j'ai jamais je jeudi jour journee jours juste l' la le les leur livraison livreur lors lui lundi
    ma madame mademoiselle magasin mais malade maman mardi mari meme merci mercredi mere mes messieurs mesdames mieux
    mois moi moins mon monde monsieur n' ne ni nom non nos notre nous nouveau nouvelle numero ont ou oui par parce
    parti partie pas pendant pere perdu peu peut place plus pour pourquoi premier pres pret prete prix probleme prof
    professeur puis qu' quand que quel quelle qui quoi ravi ravie recu remboursement rien sa samedi sans satisfait
    satisfaite se semaine ses si situe situee soir soiree sont souhaite suis sur surpris surprise svp ta te temps tes
    toi tous tout toute toutes tranquille tres trop tu un une vacances vendredi vente vers voila vos votre vous
    vraiment y retour joyeuses fetes abajo abrazo adios ahora al algo alguien alguna alguno alli amiga amigo ano anos
    ante antes aqui aquello asi atencion atentamente aun aunque ayer bajo bastante bonito buen buena buenas bueno
    buenos cada caja casa casi cerca clienta clientes codigo comida como compra con contento contenta contra cosa cual
    cuando cuanto cuenta cumple dado debe decepcionada decepcionado del dentro desde despues dia dias dice dinero
    domingo donde dos e el ellas ellos encantada encantado enfadada enfadado entonces entrega equipo era eres esa ese
    eso esta estaba estan estar estas este esto estos estoy estudiante factura feliz fin forma fue fuera gente gracias
    gran ha habia hacer hace hacia hago han hasta hay hija hijo hola hombre hora hoy igual interesado interesada jamas
    jueves juntos las lejos libre lo lunes luego madre manana mano marido martes mas mejor menos mi miercoles mientras
    mis misma mismo mucha mucho muchos mujer muy nada nadie ninguna ninguno nombre nosotros nueva nuevo nunca o os
    otra otro otros padre pagar paquete para parte pedido pero persona poco por porque precio primera problema
    profesor profesora pronto pues puede puedo quien quiero reembolso regalo respuesta sabado saber sea segun segura
    seguro semana senor senora senores senorita ser servicio sido siempre sin sobre sois solo somos soy su sus tal
    tambien tan tanta tanto tarde tengo ti tiempo tiene tienda tienen toda todas todo todos trabajo tras tus una unas
    uno unos usted ustedes va vale vamos veces ver vez viernes vino vosotros voy vuestra vuestro ya yo alergico
    alergica autonomo jubilado jubilada embarazada saludo saludos novedades amazon ebay google apple facebook paypal
    dhl ups fedex hermes dpd gls klarna netflix spotify ikea zalando samsung sony nike adidas lego dyson visa
    mastercard whatsapp instagram iphone android windows
    """)
