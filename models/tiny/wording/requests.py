"""Far more ways to ask for a follow-up (follow_ups.py): verbs, things and complaints, each through frames of politeness.

`do` makes a template of requests from what is to be done ("shorten it"), `have` one from what is wanted ("the short
version"). `REQUESTS` holds the templates of each kind.
"""
from wording.frames import split

DO = split("""#|#|#|#|#|#|#|#|{please|pls|kindly|just} #|#{,|} please|# {now|for me|then|if you can}|{can|could|would|will} you #{||| please| for me|, please|, if you can|, if possible| then| now| maybe}|{can|could|would|will} you {please|kindly|just|maybe|perhaps|also} #|
{i want|i need|i would like|i'd like|i'd love|i ask} you to #|{you should|you could|you may|you might|you can} #{| for me| now}|{now|ok,|okay,|and|so|fine,|good,|right,|and now|well,|hm,|hey,|sorry,|wait,|thanks,|but please} #{|| please| now}|
{would it be|is it|will it be} {possible|ok|okay|too much|hard} to #|{could|can|may|might} i {ask|get|trouble} you to #|be so {kind|good|nice} {and|as to} #|{it would be {nice|good|great|lovely|kind}|i would be {glad|happy|grateful}|i'd be {glad|happy}|i'd appreciate it|it would help} if you {could|would} #|
{any|is there any|is there a} {chance|way} {you {can|could}|to} #|why {don't you|not} #|{maybe|perhaps} you {can|could} #|are you able to #|do you think you {can|could} #|{i wonder if|would you mind if i ask whether} you {can|could} #""".replace("\n", ""))

HAVE = split("""#|#|#|#|#|#|{just|only|simply} #{|| please}|# please|#{,|} {for me|thanks|if possible|if you can|will do|is enough|would do|would be enough|would be nice|would be better|is all i need}|{can|could|may|might} i {have|get|see|read|hear} #{|| please|, please| from you}|
{i want|i need|i'd like|i would like|i prefer|i'd prefer|i would prefer|i'd rather have|i'd love|i hoped for|i was hoping for|i only want|i only need|i just need|i just want|i am after|i'm looking for} #{||| please}|{give|show|tell|write|send|offer|get} me #{||| please| now}|let me {have|see|hear|read} #{|| please}|
{can|could|would|will} you {give|show|write|offer|tell|get} me #{||| please}|{do you have|have you got|is there|got} #{|| for me}|{how|what} about #|{all i {need|want|ask for} is|i could do with|make it|make that|now|and now|and|so|ok,|then} #|{would|could} # be {possible|ok}""".replace("\n", ""))


def through(frames, phrases):
    return "{" + "|".join(frame.replace("#", "{" + phrases + "}") for frame in frames) + "}"


def do(phrases):
    """A template of requests to do what the phrases say."""
    return through(DO, phrases)


def have(phrases):
    """A template of wishes for what the phrases name."""
    return through(HAVE, phrases)


THAT = "{it|it|that|that|this|your answer|the answer|your reply|that answer|your last answer|what you said|what you wrote|what you told me|your words|the text|your text|all that}"
CHAT = "{this|our|the|this whole|the whole|our whole|the entire} {conversation|chat|talk|discussion|dialog|dialogue|session|exchange}"
SO_FAR = "{|||| so far| until now| up to now| to this point| today| here| for me}"
PAST = "{talked about|discussed|covered|spoke about|went through|chatted about|dealt with|had|mentioned|looked at|went over|touched on}"

BRIEFLY = "{more briefly|more shortly|more concisely|more tersely|more compactly|in fewer words|with fewer words|using fewer words|in less text|in half the words|in a nutshell|in one sentence|in one line|in a line|in a sentence|in a single sentence|in a single line|in a few words|in {five|ten|twenty} words|in brief|in short|in short form|shorter|briefly|concisely|succinctly|quickly|without the details|without so many words|as a one-liner|in a word|in a tweet|as a headline}"
GIST = "{gist|essence|core|point|main point|bottom line|key point|upshot|takeaway|short version|short answer|crux|heart|main idea|main thing|kernel|message|long and short|nub|pith|key idea|most important part}"
SHORT_TAIL = "{||, {shorter please|in short|in brief|cut it|trim it|can it be shorter|the gist please|be brief|just the point|make it short|say it briefly|one line please|shorten it|can you shorten it|what is the point|fewer words please}}"
SHORTER = [
    do("{shorten|condense|trim|abridge|compress|tighten|squeeze|reduce|prune|cut|clip|shrink|crop|slim|streamline|simplify|distill|abbreviate|sum up|summarize|summarise|cut short|pare down|trim down|slim down} " + THAT + "{|||| a bit| a little| somewhat| by half| to the core| to a line| to one line| to one sentence| to a single sentence| to a few words| to ten words| to the main point| into one sentence| in one sentence| further| even more}"),
    do("{boil|cut|trim|slim|pare|narrow|strip|scale|whittle|bring|break|water} {it|that|this|your answer|all that|the answer|the text|your reply} down{||| a bit| a little| to one sentence| to a line| to the core| to the main point| to {five|ten} words| some more}"),
    do("{say|put|write|tell me|express|phrase|word|explain|state|repeat|give me|rephrase|describe|sum up|summarize|repeat} " + THAT + " " + BRIEFLY),
    do("{be|be|stay|keep it|make it|make that|keep your answer|make your answer|make the answer} {a bit |a little |much |}{briefer|shorter|more concise|terser|crisper|simpler|more compact|less wordy}"),
    do("{be|keep it|make it|keep that|make that|keep your answers} {very |really |}{brief|short|concise|succinct|terse|to the point|crisp|snappy|compact|simple}"),
    do("{use|take|write|give me|need} {fewer|less|half the|only a few|not so many} words"),
    do("{get|come|cut|go} {straight |right |}to the {point|chase|core|main point}"),
    do("{skip|drop|omit|leave out|leave away|cut|remove|forget|spare me} {the|all the|all those|these} {details|extras|rest|frills|fluff|padding|side notes|small print|decoration|long words}"),
    have("{the|the|a|a|your|one} {short|shorter|brief|briefer|concise|compact|quick|condensed|tiny|one-line|one-sentence|abridged|trimmed|simple|crisp|compressed|minimal|bite-sized|simplified|less wordy|shortest|briefest} {version|version|form|answer|reply|edition|variant|text|wording|explanation|summary of that}{|||| of it| of that| of your answer}"),
    have("the {bare |very |plain |}" + GIST + "{|||| of it| of that| of what you said| of your answer| in one line| in a line| in a sentence| in a few words| in brief}"),
    have("{one sentence|one line|a single sentence|a single line|one short sentence|a short line|a one-liner|a headline|fewer words|less text|less detail|a few words|ten words|half of that|half the text|the highlights|the headline|the key facts|the basics only|the tl;dr|a tl;dr|the nutshell version|the abstract}"),
    "{what is|what's|what was|tell me|give me|so what is} the {real |}" + GIST + "{| of {it|that|this|your answer|what you said}| then| here| in one sentence| in brief| please}",
    "{that|this|it|your answer|the answer|your reply|that answer|all that|all this} {is|was|looks|seems|feels|sounds} {too |rather |so |very |quite |a bit |a little |way too |far too |much too |}{long|wordy|lengthy|verbose|longwinded|detailed}" + SHORT_TAIL,
    "{that|this|it|your answer|the answer|your reply} {is|was} {too much|a lot of|so much|lots of|too much of a} {text|to read|information|detail|reading}" + SHORT_TAIL,
    "{too|so|very} {many words|long|much text|wordy|long for me|long to read|much to read|much detail|lengthy}" + SHORT_TAIL,
    "too long{,|;|} {didn't read|did not read|i didn't read it|not read}{| it|, sorry}",
    "{i|sorry, i} {do not|don't|can't|cannot} {have time for|have the patience for|want to read|want|need|like to read|like} {all that|so much text|so much|long answers|a wall of text|that many words|every detail|all these words|a lecture}" + SHORT_TAIL,
    "{i have|i've got} {{only |just |}{a minute|a second|ten seconds|little time}|no time|not much time}" + SHORT_TAIL, "i am in a {hurry|rush}" + SHORT_TAIL,
    "{in|with} {fewer words|one word|a nutshell|a word|a line|a sentence|brief|few words|less words|just one line|no more than one sentence|at most one line|simple words, shorter|half the length|half the size|ten words or less|one breath}{|| please| now|, if you can| for me}",
    "{long story short|to cut a long story short|the short of it|bottom line|tl;dr|tldr|tl dr|tl;dr please|nutshell|nutshell please|gist|gist please|the gist|essence please|in essence|shorthand|one-liner please|headline only|cut the details|less is more|short and sweet|brevity please|not so long|not so much|not so wordy|not so many words|half as long|less wordy|half of it please|a bit less|less of it|keep it down to a line|enough details|only what matters|just what matters|the main thing only|only the main idea}{|| please}",
    "{can|could|may|must|should} {it|that|this|your answer|the answer} {be|get|become} {a bit |a little |made |much |}{shorter|briefer|more concise|less long|less wordy|simpler}{| please}", "is there {anything|something|a version|an answer} {shorter|briefer|less long|more concise}",
]
BOLD_HOW = "{bold|in bold|in bold|in bold letters|in bold face|in boldface|in bold print|in heavy letters|in strong letters|in thick letters|in fat letters|in bold font|in bold style|in bold text|in bold characters|as bold text|with bold letters|in a bold font}"
BOLD = [
    do("{make|write|put|print|show|show me|format|render|type|style|say|repeat|display|mark|give me|have|turn|set} " + THAT + " " + BOLD_HOW + "{|||| again| this time| once more}"),
    do("{embolden|bold|highlight|emphasise|emphasize|stress|boldface} {it|that|this|your answer|the answer|your reply|what you said|the text}{|| a bit}"),
    do("{use|take|switch to|change to|try} {bold|bold letters|bold type|bold text|boldface|a bold font|heavy letters}{| for {that|it|your answer}| this time}"),
    have("{that|it|this|the same|your answer|the answer|the same answer|your reply|that sentence|the sentence} " + BOLD_HOW),
    have("{bold|bold type|bold letters|bold text|boldface|bold print|a bold version|a bold font|heavy letters}{||| of it| of that| for it| for that}"),
    "{that|it|this|your answer|the answer|the text|your reply} {should|must|can|may|has to|needs to|ought to|is to} be {bold|in bold|bolder|emphasised|highlighted|in bold letters|in boldface|in heavy letters|in bold print}{|| please}",
    "{can|should|may|would} {it|this|your answer|the answer|your reply} {be|be|come|appear} {bold|in bold|in boldface|highlighted|in bold letters}{| please}",
    "{and |now |ok, |then |also |the same |again |next }{bold|in bold|boldface|in boldface|bold letters|in bold letters|in heavy letters}{|| please| too| this time| now}", "{bolder|bolder please|bold it|bold that|all bold|everything in bold|all in bold|bold text|bold font please|with emphasis|with emphasis please|make the letters bold|make the letters thick|thicker letters please}",
]
ONCE_MORE = "{again|again|once more|one more time|once again|a second time|another time|over again}"
AGAIN_TAIL = "{|||, {repeat|again|once more|say it again|what was it|what did you say|can you repeat it|could you say it again|one more time|tell me again|come again|could you repeat that|say that once more|repeat your answer|what was that|repeat it}{| please}}"
AGAIN = [
    do("{repeat|repeat|repeat|restate|reiterate|replay|recite|resend|retype|echo|reprint} " + THAT + "{|||| once more| again| one more time| once again| a second time| word for word}"),
    do("{say|say|tell me|write|show me|give me|read|print|state|send|put|type|let me hear|let me see|let me read|display|post} " + THAT + " " + ONCE_MORE),
    do("{go over|go through|run through} {it|that|your answer} " + ONCE_MORE), do("{run|take} {that|it} {by|past} me " + ONCE_MORE), do("{repeat|repeat yourself|say the same {thing |}again|say it over|start over with that answer}"),
    have("{that|it|this|the same|the same answer|that answer|your answer|your last answer|the last answer|those words|your reply|the text} " + ONCE_MORE), have("{a repeat|a repetition|a replay|the last answer|your last answer|the previous answer|your last reply}{||| again| once more}"),
    "{i|i|i|sorry, i|pardon, i|oh, i|hm, i|oops, i} {missed|lost|overlooked|did not catch|didn't catch|did not hear|didn't hear|couldn't hear|could not hear|couldn't read|did not see|skipped|scrolled past|was not listening to|can't find|did not read|haven't read|half missed|did not notice|failed to catch} {it|that|this|your answer|your reply|what you said|the answer|your words|your last answer|the last bit|the last message}" + AGAIN_TAIL,
    "{i was|i got|i am} {distracted|not listening|interrupted|not paying attention|elsewhere}, {repeat|again|once more|say it again|what was it|what did you say|come again|tell me again|can you repeat it|repeat that}{| please}",
    "{i forgot|i have forgotten|i cannot remember|i don't remember|i do not recall} {what you said|your answer|what your answer was|what you told me|your reply}" + AGAIN_TAIL,
    "{what were {your words|your last words}|what was {your answer|your last answer|your reply|the answer|the last thing you said|that last answer|that you said|it you said}}{|| again| please| once more| just now}", "{what|what was it|what was that|what is it} {that |}you {said|wrote|told me|answered|replied}{| again| just now| a moment ago| before| there}",
    "what did you {say|write|answer|reply|tell me|just say|just write|just tell me|just answer}{|| again| before| last| a moment ago| there}", "{you said|you wrote|you answered} what{| again}",
    "{sorry|pardon|pardon me|excuse me|i beg your pardon|hm|wait|oh|oops}, {what|what was that|again|say again|come again|once more|what did you say|repeat that|i didn't catch that|say that again|one more time|repeat please|could you repeat|could you repeat that|can you say that again|what did you just say|i did not get to read that}{| please}",
    "{say again|come again|come again please|once more|once more please|one more time|one more time please|repeat|repeat please|same again|the same again|again please|again, please|and again|and once more|repeat after yourself|say what|play it again|say it again, tiny|one more time for me|once again please|encore please}",
]
REALLY = "{really |truly |actually |even |indeed |in fact |honestly |definitely |||||}"
CLAIM = "{that|that|this|it|it|your answer|the answer|your reply|what you said|what you say|all that|your claim|that claim|that information|that answer|what you told me}"
CHECK = "{check|check|verify|test|confirm|examine|double-check|inspect|validate|prove|cross-check|fact-check|look up|make sure of|convince myself of|see}"
SURE_TAIL = "{||, {is it true|are you sure|really|is that right|is that correct|is that so|prove it|convince me|can you prove it|how do you know|honestly|are you certain|where is the proof|show me proof|can i check it|can i verify that|is it really so}}"
SURE = [
    "are you {really |quite |absolutely |totally |completely |very |100 percent |100% |entirely |perfectly |honestly |truly |that ||||}{sure|sure|certain|positive|confident|convinced|right|correct|serious}{|||| about {that|this|it|your answer|what you said|your reply}| of {that|it|this|your answer}| that {it|this|that} is {so|true|right|correct}| on that| there|, really|, honestly| now}",
    "{you are|you're|so you are|and you are} {really |quite |absolutely |}{sure|certain|positive|serious|not kidding|not joking|confident}{| about that| of that|, right|, yes|, are you|, honestly}",
    "{is|is|was} " + CLAIM + " " + REALLY + "{true|true|right|correct|so|a fact|certain|sure|accurate|proven|the truth|verified|valid|confirmed|trustworthy|exact|the case|for real|guaranteed|beyond doubt|certified|reliable}{|||| then| now|, really|, honestly| or not| at all}",
    "how {do|can|could} you {know|be sure of|be so sure of|be certain of|be so certain of|say|claim|prove|show} {that|this|it}{|| at all| for sure| exactly|, tiny}", "how {can|could} you be {so |}{sure|certain|confident|positive}{| about {that|it}| of {that|it}}",
    "how {can|could|do|would|might} {i|i|we|one|anyone} {know|be sure of|be certain of|verify|check|prove|confirm|test|trust|believe|validate|double-check|make sure of} {that|this|it|your answer|what you say|your claim|your words}{||| myself| for myself| on my own| independently}",
    "how {do|can|would|could} {i|we|one} {know|be sure|tell|see|check|verify} {that|if|whether} {it|that|this|your answer} is {really |}{true|right|so|correct}",
    "{may|can|can|could|might} i " + CHECK + " {that|this|it|your claim|your answer|what you say|your words}{|||| somewhere| myself| for myself| anywhere| in some way| on my own| please| with my own eyes| independently}",
    "is there {a|any|some} {way|means|method|possibility|place} {to|for me to|i can|where i can} " + CHECK + " {that|this|it|your claim|what you say|your answer}{|| myself| on my own}",
    "where {can|could|do|would} i {check|verify|look up|find proof of|find a source for|confirm|see|find evidence for|read more to check} {that|this|it}{|| myself}",
    "{who|what} {says|proves|confirms|guarantees|backs|supports|vouches for|verified|checked|has checked} {that|it|this|your answer}{|| is true}", "{who|what} {says|confirms} so",
    do("{prove|prove|confirm|verify|back up|support|justify|substantiate|demonstrate|double-check|recheck|check|cross-check|fact-check|vouch for|guarantee|stand by} {that|it|this|your answer|your claim|what you said|what you say}{||| again| once more}"),
    do("{convince|reassure|persuade|assure} me{|| of {it|that}| that {it|that|this} is true}"), do("{think again|look again|check again|double-check|check twice|make sure|give me your word|be honest|tell the truth|swear it|promise that it is true}"),
    have("{proof|proof|some proof|a proof|evidence|evidence|some evidence|a source|your source|your sources|a reference|confirmation|certainty|a guarantee|some certainty|the evidence|the proof|a trustworthy source}{||| for {that|this|it}| of {that|it}| that it is true}"),
    "{what is|what's|what are|where is|where are|which are} {your|the} {source|sources|proof|evidence|reference|basis}{|| for that| for it| of that| of this}", "{on what basis|on what grounds|by what right} do you {say|claim} {that|this|so}", "where do you {have|know|get} {that|this|it} from",
    "{i|i|honestly, i|well, i|hm, i|sorry, i|but i} {doubt|question|don't believe|do not believe|can't believe|cannot believe|can hardly believe|find it hard to believe|don't trust|do not trust|am not sure about|am not convinced of|am sceptical about|am skeptical about|am unsure about|have doubts about|have my doubts about|don't buy|won't believe|am suspicious of|do not quite believe|don't really believe} {that|it|this|your answer|what you say|your words|your claim|what you told me}" + SURE_TAIL,
    "{i am|i'm} {not sure|not convinced|not so sure|sceptical|skeptical|doubtful|unsure|suspicious|in doubt}{|| about {that|it}}" + SURE_TAIL,
    "{oh |hm |wait |wow, |hey |||}{really|truly|honestly|seriously|for real|no kidding|no joke|in earnest}{|| now| so|, is that so|, are you sure|, is that true|, is it true|, are you certain}",
    "{that|this|it|your answer} {sounds|seems|looks} {odd|strange|unlikely|hard to believe|too good to be true|doubtful|fishy|incredible|unbelievable|suspicious|surprising|questionable}" + SURE_TAIL,
    "{can|can|could|may} {i|i|we|one|people} {really |}{believe|trust|rely on|count on|depend on|be sure of|build on|bet on} {that|this|it|your answer|what you just said}{|| then| blindly}", "can i {take|have} your word for {it|that}", "do i {have|get} your word{| for it| on that}",
    "{would|could|can|do} you {swear|bet on it|bet on that|guarantee it|guarantee that|vouch for that|stand by that|stand behind that|stake your name on it|mean that|mean it|stick to that|promise|swear to that|know that for sure|know that for certain|know for a fact}{|| honestly| seriously| please}",
    "{you|are you|you are} {kidding|joking|serious|not serious|pulling my leg|teasing}{| me|, right|, are you}", "{is it|is that|is this} {true or not|true or false|fact or fiction|a fact or a guess|really like that|really the case|true, yes or no|certain or a guess|beyond question|not a mistake|no mistake|set in stone}", "{has|did} {anyone|anybody|someone|somebody} {check|checked|verify|verified|test|tested|confirm|confirmed|prove} {that|this|it}", "{hand on heart|cross your heart|word of honour|on your honour|promise|no lie|no doubt about it|beyond all doubt|with certainty|for certain|are you for real|truth or guess|is there no doubt|without a doubt}{|, is it true|, are you sure}",
]
SUBJECTS = "{topics|themes|points|matters|things|questions|issues|areas}"
SUMMARY = [
    do("{summarize|summarize|summarise|sum up|recap|recapitulate|review|outline|condense|go over|look back at|look back over|wrap up|run through|retrace|recall} {" + CHAT + SO_FAR + "|everything" + SO_FAR + "|{what|all|everything|all that} we {have |}" + PAST + SO_FAR + "|{our|the|all|all our} {topics|themes|subjects}" + SO_FAR + "}"),
    do("{put|express|describe|tell me|sketch|retell} " + CHAT + " in {one sentence|a few words|a line|short|brief|one line|two lines|a single sentence}"),
    do("{list|name|tell me|give me|repeat|write down|show me|enumerate|count up|note down|collect} {the|all the|our|all our|the main} " + SUBJECTS + "{|| of " + CHAT + "| we {have |}" + PAST + "| that came up}{|| so far| until now}"),
    do("{tell me|remind me|say|tell me again|let me know|write down|recall} what we {have |}" + PAST + SO_FAR), do("{give|offer|write|make|draw up} {me |}{a|a short|a brief|a quick} {summary|recap|overview|review|outline} of {" + CHAT + "|everything|what we " + PAST + "}" + SO_FAR),
    have("{a|a|the|one} {|||short |brief |quick |full |final |little }{summary|summary|recap|overview|review|outline|wrap-up|roundup|rundown|retrospect}{|| of {" + CHAT + "|everything|our topics|what we " + PAST + "}}" + SO_FAR), have("{a|the} list of {our|the|all|all our} {topics|themes|subjects|points}" + SO_FAR),
    "{what|what all|what else} {did we {talk about|discuss|cover|speak about|go through|chat about|deal with|look at|go over|touch on}|have we {talked about|discussed|covered|spoken about|gone through|dealt with|looked at|gone over|touched on}}" + SO_FAR,
    "{which|what} " + SUBJECTS + " {did we {talk about|discuss|cover|speak about|go through|chat about|deal with|handle|have}|have we {talked about|discussed|covered|spoken about|gone through|looked at|dealt with|had}}" + SO_FAR,
    "{which|what} {topics|themes|points|matters|things|subjects} {came up|were there|were covered|were discussed|have come up|were part of " + CHAT + "|made up " + CHAT + "}" + SO_FAR,
    "{do you {remember|know|recall|still know}|can you {tell me|recall|remember|say}|i forgot|i have forgotten|i can't remember|i cannot recall|i lost track of|i'd like to know|i want to know} what we {have |}" + PAST + SO_FAR,
    "what {was|is|were|has} {" + CHAT + "|all this|it all} {about|been about}" + SO_FAR, "{in|as} {a |one |}{summary|recap|review}{:|,} {what did we discuss|what have we covered|what did we talk about|what was our talk about|our topics}",
    "{to recap|to sum up|looking back|all in all|all told|summing up|before i go|to wrap up|to conclude|in the end}{:|,} {what did we discuss|what have we covered|what did we talk about|what was it about|which topics did we have|what were our topics|what came up}", "what {were|are} {our|the|all our|all the} {topics|themes|subjects|points}" + SO_FAR,
    "{time for|now|and now|finally,|lastly,|at last} {a|the|your} {summary|recap|review|overview}{|| please| of it all| of " + CHAT + "}", "{our|the} {chat|talk|conversation} {at a glance|in review|in retrospect|in outline|from the start, in short|looked back on|summed up|summarized}{| please}", "where {are|were} we {in|with|now in} " + CHAT,
]
MY_QUESTION = "{my question|my last question|my last question|my previous question|my latest question|my most recent question|the question i asked|the last question|the thing i asked|what i asked|what i just asked|what i asked last|what i wanted to know|what i asked before|what my question was}"
ASKED = [
    do("{remind me of|tell me|repeat|recall|name|say|quote|show me|read back|restate|read out|give me|go back to|write down|bring back|look up} " + MY_QUESTION + "{||| again| once more}"),
    have("{my last question|my previous question|my latest question|my own question|the question i asked|my last words}{||| again| once more| back}"),
    "{which|what} {was|is} my {last|latest|previous|most recent|preceding|prior|own|recent} {question|question|query|request|topic|subject|inquiry}{|| again| please| about| exactly|, do you know|, can you say}",
    "what {did i {just |}{ask|ask you|want to know|inquire about|write|type|say|bring up|request}|have i just {asked|asked you|written|typed|inquired about|said}}{|| just now| last| a moment ago| before| a minute ago| before this| right now}",
    "what {was it|is it|was the thing|was the question} {that |}i {asked|just asked|wanted to know|wrote|typed|inquired about|was asking|said last|asked you}{|| just now| last| a moment ago| before| again}",
    "{i|i|i|sorry, i|oh, i|hm, i} {forgot|have forgotten|can't remember|cannot recall|lost|don't remember|do not remember|lost track of|no longer know|don't recall|cannot remember|am not sure of} " + MY_QUESTION + "{||, {what was it|tell me|remind me|can you help|do you know|say it again|repeat it|which was it|can you tell me}{| please}}",
    "{do you|do you|can you|will you} {still |}{recall|remember|know} " + MY_QUESTION + "{|| again| please}",
    "what {am i|was i|have i been} {asking|just asking|asking you|asking about|asking just now|inquiring about|going on about}{|| just now| a moment ago| before}", "{about|on} {what|which topic|which subject|which thing} did i {just |}{ask|inquire|ask you|question you}{|| last| just now}",
    "{what|which} {topic|thing|subject|matter} {was|is} my {last|previous|latest|most recent} question {about|on}", "{what|which} {topic|thing|subject|question|matter} {did i {just |}{raise|ask about|bring up|mention|put to you}|have i just {raised|asked about|brought up|mentioned}}{|| last| just now| a moment ago}", "{back to|again,|wait,|hm,|and} what {was|is} my {last |}question{| again}", "what i {asked|just asked|wanted to know}{| was what|, what was it| again}", "my {last|previous|latest} {question|query} {was|is|again|please|once more|was what|was about what}",
]
AT_FIRST = "{first|first|first of all|at first|initially|at the beginning|in the beginning|at the start|originally|at the outset|to begin with|in my first message|when we started|when this chat began|at the very start|at the top}"
FIRST = [
    "{what|which} {was|is} {my|the|our} {first|first|very first|opening|initial|earliest|starting} {question|question|topic|query|subject|request|theme|point}{||| again| please| about| today| here| in this chat| of this chat| of mine}",
    "what did {i|i|we} {ask|ask about|ask you|talk about|discuss|begin with|start with|open with|bring up|mention|want to know|say} " + AT_FIRST, "what {was it|was the thing} {that |}i {asked|asked you|wanted to know|said|wrote|asked about} " + AT_FIRST,
    "{how|with what|with which topic|on what note|where} did {we|i|this chat|our chat|our talk|the conversation|all this|it all|this talk} {begin|start|open|get going|kick off|commence}", "{which|what} {topic|question|subject|thing|theme|matter} {came first|was first|did i ask first|did we discuss first|did we start with|did i begin with|did i start with|did we take up first|came before all others|did it all start with|opened " + CHAT + "|started " + CHAT + "}{|| again}",
    do("{tell me|name|repeat|recall|remind me of|go back to|quote|give me|show me|say|scroll back to|look up|read out} {my|my|the|our} {first|very first|opening|initial} {question|question|topic|query}{||| again| of this chat}"), have("{my|the} {first|very first|opening} question{|| again| of this chat}"),
    "{do you|can you} {still |}{remember|recall|know|tell me|say} {what i asked|what i wanted to know|what we talked about|what we discussed} " + AT_FIRST, "{do you|can you} {still |}{remember|recall|know|name} my {first|very first|opening} question", "{i|sorry, i} {forgot|can't remember|do not recall|have forgotten|don't remember} {my first question|what i asked " + AT_FIRST + "|how we started|how this chat began|the first topic}{||, what was it|, tell me| please}",
    "what was the {start|beginning|opening|first part} of " + CHAT, "{what|and what} came first{| in " + CHAT + "| of all|, again}", "{the|our|my} {first|very first|opening|initial} {topic|subject|question} {was|was what|please|of this chat|again|was about what}",
]
TONGUE = "{french|french|german|german|spanish|spanish|italian|chinese|japanese|portuguese|dutch|russian|arabic|hindi|polish|turkish|latin|swedish|korean|danish|greek|czech|finnish|norwegian|hungarian|hebrew|thai|vietnamese|ukrainian|romanian|bengali|persian|swahili|welsh|catalan|croatian|esperanto|mandarin|brazilian portuguese}"
INTO = "{" + TONGUE + "|" + TONGUE + "|" + TONGUE + "|my language|my own language|another language|my mother tongue|some other language}"
LANGUAGE = [
    do("{translate|translate|put|turn|render|convert|switch|bring|change} " + THAT + " {into|to} " + INTO), do("{say|write|repeat|tell me|give me|express|explain|read|show me|print|phrase|answer|have} " + THAT + " in " + INTO), do("{answer|reply|speak|write|go on|continue|switch over} {in|in|using} " + INTO),
    have("{that|it|this|the same|your answer|the answer|the same answer|your reply} in " + INTO), have("{a|the} {" + TONGUE + "|foreign} {version|translation|text|wording}{|| of it| of that| of your answer}"),
    "{what is {that|it|this|your answer}|what would {that|it|this|your answer} be|how {would|does|will} {that|it|this|your answer} {sound|look|read}} in " + INTO, "how {do you|would you|does one|would one|do i|do we} say {that|it|this|the same} in " + INTO, "is {that|it|this|your answer} {available|possible|there|to be had} in " + INTO,
    "{my friend|my mother|my wife|my boss|my grandmother|my son|my neighbour|my colleague} {only speaks|only reads|speaks|reads|prefers|needs it in|wants it in|asks for it in} " + TONGUE + "{||, {translate it|translate that|please translate|can you say it in that|what now|can you translate it}}", "i {speak|read|understand|know} {only |}" + TONGUE + "{||, {translate it|translate that|please translate|can you translate it|so translate}}",
    "{now|next|then|and|and now|the same|ok, now} {in |}" + TONGUE + "{|| please| too}", "{i am|i'm} {from france|german|spanish|italian|french|from brazil|not english}, {translate it|can you translate that|put it in my language|say it in my language}", "translate{|| it| that| please}{, please| for me| now| into something else| into any language}",
]
REQUESTS = {"shorter": SHORTER, "bold": BOLD, "again": AGAIN, "sure": SURE, "summary": SUMMARY, "asked": ASKED, "first": FIRST, "language": LANGUAGE}
