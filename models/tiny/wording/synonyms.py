"""Other words for the same thing, and fillers around a question, so that the model meets more English than its topics need.

`reword` swaps some words for synonyms; `pad` puts a harmless phrase before or after the question.
"""
import re

from wording.grammar import expand

GROUPS = """load fetch open import|run execute start launch|runs executes operates|big large huge great|bigger larger|small little tiny|fast quick rapid speedy|
faster quicker speedier|slow sluggish|machine computer device laptop pc|explain describe clarify outline|answer reply response|answers replies responses|question query|
private confidential secret|stored saved kept held|send transmit upload pass|sent transmitted uploaded passed|help assist support|made created produced built|
make create produce|use employ utilise|used employed|need require|needed required necessary|work function|works functions|keep hold retain|know understand|
tell inform|mean signify|means signifies|kind sort type|choose pick select|page site website webpage|website homepage site page blog|allowed permitted|forbidden prohibited banned|
licence license|files documents|file document|words phrases text|picture image|improve better enhance|difference distinction|smart clever bright intelligent|
nice lovely pleasant|funny amusing|joke gag|story tale|many lots|important crucial essential|useful helpful handy|why how-come|show present demonstrate|
write type|add insert place put|company firm business corporation|users people visitors customers|purpose aim goal point|begin start|stop end quit|
remember recall|forget lose|happens occurs goes-on|memory ram|network connection|internet web|limit maximum cap|size|dumb stupid foolish|biggest largest greatest|
name|learn study|trained taught|chat talk conversation|private personal|cost price|free gratis|change modify alter|download fetch get|obtain get receive|share distribute|
reason cause|good fine okay|bad poor|wrong incorrect mistaken|right correct|everybody everyone|somebody someone|maker creator author|born|beautiful pretty|
happy glad cheerful|sad unhappy miserable|tired exhausted|hi hello hey|thanks thank-you|goodbye bye|lost missing gone|lose sacrifice|smaller tinier|pieces parts|
called named|city town|animal creature beast|colour color|sound noise|tallest highest|graphics-card gpu card"""
TABLE = {}
for _line in GROUPS.replace("\n", "").split("|"):
    _words = [w.replace("-", " ") for w in _line.split()]
    for _w in _words:
        TABLE.setdefault(_w, [])
        TABLE[_w] += [o for o in _words if o != _w]
ONLY_INTO = {"text", "end", "card", "get", "pass", "fine", "point", "business", "great", "better", "lose", "type", "start", "open", "place", "put", "hi", "hello", "hey", "name", "size", "study", "born", "held", "bright", "limit", "cap", "card"}

BEFORE = ["i {would like|want|would love|need|wish} to {know|learn|find out|hear|see}{:|,} ", "my {friend|boss|teacher|mother|son|daughter|colleague} {asks|asked me|wants to know}{:|,} ", "here is {a|my|another|the} question{:|.} ",
          "{maybe|perhaps|surely|certainly} you {can say|can tell me|know this|know}: ", "{excuse me|pardon me}, ", "{forgive me|sorry} for asking, ", "{honestly|seriously|frankly|well then|all right|alright|good|great|right|now then|by the way|also|next|first|second}, ",
          "{a|one|another} {quick|short|small|simple|silly|stupid|serious|last} question{:|,} ", "{for my|this is for} {homework|school|work|project}: ", "i was {wondering|thinking|asking myself}{:|,} ", "i {read|heard} {something|a lot} about this{:|,} ", "{can|could|would} you {please |kindly |}{tell|say|answer|let me know}{:| me:|,} ",
          "{do you|would you} happen to know{:|,} ", "{i am|i'm} {not sure|confused|a bit lost|curious|interested}{:|,} ", "{nobody|no one} could {tell|explain it to} me: ", "{since|as|because} i am new here{:|,} ", "i {forgot|cannot remember}{:|,} ", "{in your|in simple|in plain|in other} words{:|,} ", "{remind me|let me ask|say|come on|look|listen}{:|,} ", "if {i may|you can|you do not mind}, "]
AFTER = [", {please|if you can|if possible|if you know|if you do not mind|i wonder|my friend|dear|then|exactly|really|actually|anyway|in general|roughly}", ", i {am curious|am not sure|have no idea|forgot|want to know|would like to know|cannot remember|never understood it}", " {in a|with a} {few words|short sentence|simple sentence|nutshell}", " {for a|to a} {beginner|child|newcomer|friend}", " {these days|right now|today|now|nowadays}", ", {can|could|would} you {tell me|say|explain|help}", ", {that is|this is} {my question|what i want to know|important to me|all i ask}", " {at all|after all|anyway|actually|really}", ", {do you know|any idea|tell me|and why}"]


def reword(rng, text, chance=0.35):
    def swap(match):
        word = match.group(0)
        others = TABLE.get(word.lower())
        if not others or word.lower() in ONLY_INTO or rng.random() > chance:
            return word
        return rng.choice(others)
    return re.sub(r"[A-Za-z]+", swap, text)


def pad(rng, text):
    return expand(rng, rng.choice(BEFORE)) + text if rng.random() < 0.65 else text.rstrip("?.! ") + expand(rng, rng.choice(AFTER))
