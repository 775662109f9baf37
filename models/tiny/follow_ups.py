"""Turns that only make sense after another: shorter, bold, again, in French, are you sure, what have we talked about.

`answer_of` gives the right answer, from what came before; dialogs.py decides which follow-up comes when. "Tell me more"
and "why?" are not here: their answers stand beside the topics.
"""
import re

from intents import intent_of
from wording.grammar import expand
from wording.requests import REQUESTS

# kind -> (training templates, held-out ones)
FOLLOW_UPS = {
    "shorter": (["{shorter|shorter please|make it shorter|in short|in short please|tl;dr|tldr|too long|that is too long|that's too long|in one sentence|in one sentence please|briefly|briefly please|short version|the short version|say it shorter|can you make it shorter|can you say it shorter|can you shorten that|shorten it|shorten that|be brief|more briefly|keep it short|summarize that|summarize that in one sentence|sum it up|sum that up|in a nutshell|shorter answer please|a shorter answer|less text please|make that shorter please|could you be briefer|one sentence only|just one sentence|fewer words please|in fewer words|condense it|condense that|boil it down|boil that down|the essence|just the essence|trim it|trim that|compress that|make it brief|a brief version|the quick version|shorter still|now shorter|and shorter|that was long|a line is enough|just the main point|the main point please}", "{could|can|will|would} you {please |}{shorten|condense|trim|abridge|compress|tighten|squeeze|reduce|compact|prune} {it|that|this|your answer|the answer|the text|what you said}{| a bit| a little| please| for me| somewhat}", "{shorten|condense|trim|abridge|compress|tighten|squeeze|reduce|compact|prune} {it|that|this|your answer|the answer|the text|what you said}{| a bit| please| for me| to a line| to one sentence}", "{can|could|would} you {say|put|write|tell me|express|explain} {it|that|this|your answer|the answer|the text|what you said} {more briefly|in fewer words|with fewer words|in less text|in half the words|more tersely|more compactly|in one sentence|in one line|in a single line|in a few words|in brief|shorter}{| please}", "{say|put|write|express} {it|that|this|your answer|the answer|the text|what you said} {more briefly|in fewer words|with less words|more tersely|more compactly|in one sentence|in a single line|in a few words|in brief}{| please}", "{that|this|it|your answer} {is|was} {too long|too much text|rather long|a lot|very long|too wordy|wordy|longwinded|lengthy}{|, shorter please|, in short|, can it be shorter|, trim it}", "{the|a|one} {core|essence|key point|main idea|bottom line|short form|brief form|abstract|digest|headline} {only|please|in one line|in a sentence|in a few words|of it|of that}", "{in|with} {one line|a single line|a single sentence|ten words|five words|two words|half the words|a few words|less text}{| please| only}", "{less|fewer} {text|words|detail}{| please}", "{i want|i need|give me|make it|let me have|i would like} {the|a} {short|shorter|brief|briefer|compact|concise|tiny|quick} {version|form|answer|one}{| of that| of it| please}", "{no|skip the|leave out the|without the} details{| please}", "{and |now |ok, |}{shorter|briefer|in brief|in short}{| again| now| than that}"],
                ["would you cut that down", "the gist in one line, please", "can you say this more concisely"]),
    "bold": (["{make it bold|make that bold|in bold|in bold please|in bold letters|can you make it bold|can you write that in bold|write it in bold|write that in bold|bold please|put it in bold|and in bold|now in bold|say it in bold}"], ["set that in bold type", "could that be bold, please"]),
    "again": (["{repeat that|repeat it|repeat|repeat please|say that again|say it again|again please|i lost it, say it again|sorry, again please|let me hear it again|show me that again|read it again|give it to me again|the same again please|can you repeat that|could you repeat that|can you repeat|please repeat|come again|once again|once more please|what did you say|what did you just say|what was that|sorry, what|pardon, what did you say|i did not hear you|say again|repeat your answer|repeat your last answer|what was your answer|tell me again|one more time}"],
              ["i missed that, please repeat", "could i have that again"]),
    "language": (["{and |now |ok |okay, |what about |how about |the same |please |can you say that |can you say it |say that |say it |repeat that |translate that |write that |and now |tell me that |}{in|into} {french|german|spanish|italian|chinese|japanese|portuguese|dutch|russian|arabic|hindi|polish|turkish|latin|my language|another language|swedish|korean}{| please|, please}", "{translate it|translate that|translate this|translate your answer|translate please|auf deutsch|auf deutsch bitte|en francais|en français|en espanol|en español, por favor|in italiano|на русском}"],
                 ["would you put it into french for me", "i would rather have it in german"]),
    "sure": (["{are you sure|are you sure about that|are you certain|sure|really|really sure|is that true|is that really true|is that right|are you really sure|you sure|how do you know|how do you know that|how can you know|how can i be sure|how can i check that|can i check that|can you prove it|prove it|how do i know that|is this true|honestly|no kidding|seriously|i do not believe you|i don't believe you|is that so|says who|can i verify that|how can i verify this|is it really so|are you positive|are you 100% sure|is that a fact|can that be true|how do i test that|how do i verify that|i have doubts|i doubt it|show me proof|is there proof|can i see that for myself|you are sure|no doubt}", "{can|could|how can|how could|how do|is there a way i can|where can|where could} i {check|verify|test|confirm|prove|look up|examine|double-check} {that|this|it|what you say|your answer|your words}{| myself| for myself| please}", "{is|are} {that|this|it|you} {really |truly |actually |}{certain|sure|true|correct|a fact|right|so|proven|reliable}{| then|, honestly|, really}", "{who|what} {says|proves|confirms|guarantees} {that|so|it|this}{| is true}", "{i am not sure|i have doubts|i do not believe it|i can hardly believe it|hard to believe|that sounds odd|i doubt this|that seems wrong|i wonder}{|, is that true|, are you sure|, really|, is that correct}", "{how|why} {sure|certain} are you{| of that| about that}", "{any|is there} {proof|evidence|source} {for|of} {that|this|it}", "{oh |}{really|truly|indeed|honestly|for real}{| now| so}", "{can|may} i {believe|trust} {that|this|it}"],
             ["i doubt that, is it so", "may i check this somehow"]),
    "summary": (["{summarize|summarise|sum up} {this|our|the|this whole|the whole} {conversation|chat|talk|discussion|dialog}{| please| so far| for me}", "{summarize|summarise|sum up} {what we have talked about|what we talked about|what we discussed|everything so far|everything}", "{what have we|what did we} {talked about|talk about|discussed|discuss|covered}{| so far| today|, again}", "{give me|write|make|can you give me|can you write|i want|please give me} a summary{| of this conversation| of our chat| of the chat| of our conversation| of this chat| of everything}", "{conversation summary|chat summary|summary please|summary|a summary please|recap|recap please|recap this conversation|summarize the conversation|summarize our chat}", "{can|could} you {summarize|sum up|recap} {this|our|the} {conversation|chat}{| please| for me}", "what was this {conversation|chat} about", "what were we talking about", "{which|what} {topics|themes|points|matters|things|questions} {did we|have we|did i} {cover|covered|discuss|discussed|go through|gone through|have|had|deal with|mention}{| so far| today| until now| in this chat}", "{which|what} {topics|themes|points|matters|things} {came up|were there|were covered|were discussed|have come up}{| so far| today| here}", "{list|name|tell me|give me|repeat} {the |our |all |all our |}{topics|themes|subjects|points|matters}{| of this chat| of our talk| so far| we had| that came up| we discussed}", "{our|the|this} {chat|talk|conversation} {in short|in brief|in one sentence|in a few words|as a summary|until now|so far}{| please}", "{could|can|would} you {list|name|review|go over|look back at|remind me of} {what we discussed|what we said|what we covered|our topics|our talk|the conversation|everything so far}{| please| for me}", "{summary|recap|overview|review} of {the|our|this} {chat|talk|conversation|discussion|topics}{| please}", "{where are we|where were we|look back|looking back|to sum up}{|, what did we discuss|, what was it about|: what did we cover}", "{remind me|tell me|say} what we {talked about|discussed|covered|had}{| so far| today}", "what {all |}{have|did} we {discussed|discuss|covered|cover|been talking about}{| so far|, all in all}"],
                ["put our talk so far in a nutshell", "which subjects did we touch", "would you recap what was said"]),
    "asked": (["what did i {just |}ask{| you}{| you just now| last| again| before}", "what was my {last |previous |}question{| again}", "{what|which question} did i {just ask|ask last|ask before|ask you before that}", "what have i {just |}asked{| you}", "{do you remember|can you tell me|tell me|repeat} {what i asked|my last question|my question|what i just asked}", "{my last question|my question|what did i say|what did i just say|what did i ask you|remember my question}", "{repeat|remind me of|name|say} {my|the} {last |previous |}question{| please| again}", "{what|which} {topic|question|thing} did i {bring up|raise|mention|ask about} {last|just now|a moment ago|before}", "{i cannot|i can't|i don't} {recall|remember} {my question|what i asked|my last question}"],
              ["could you remind me of my question", "i forgot what i asked you"]),
    "first": (["what did i ask{| you} {first|at first|at the beginning|in the beginning|at the start}", "what was my first question", "{do you remember|tell me|what was} my first question", "what did we {talk about first|start with|begin with}", "{what|which} {topic|question|thing} {came first|was first|was the first one|did we start from|opened this chat|started this chat}", "{how|with what} did {this chat|our talk|the conversation|it all} {begin|start}", "{my|the} {first|very first} question{| please|, what was it| again}"], ["with which question did i begin"]),
}


def bare(text):
    """Lower case, without marks and pleases: two texts that are equal then are the same request."""
    return re.sub(r"[^a-z0-9]+|\bplease\b", " ", text.lower()).split()


HELD = [bare(text) for _, held in FOLLOW_UPS.values() for text in held]


def request(rng, kind):
    """A way to ask for a follow-up of a kind, most of them from wording/requests.py; never a held-out one."""
    while True:
        text = expand(rng, rng.choice(FOLLOW_UPS[kind][0] if rng.random() < 0.3 else REQUESTS[kind])).strip()
        if bare(text) not in HELD:
            return text


SHORT_ALREADY = "I cannot put it more briefly than that."
PROOF = "Yes. You can check it: open the network panel of your browser while you chat, and you will see no request go out."
NOTHING_YET = "We have not talked about anything yet. What would you like to know?"
UNKNOWN_WHY = "Because I am tiny. I learned a few topics by heart, and this is not one of them; a larger model has room for far more."

GROUP_TOPICS = {"pronk": "pronk", "gpu": "WebGPU", "quant": "quantization", "model": "language models", "licence": "Llama 2", "facts": "everyday facts", "form": "writing"}
ID_TOPICS = {"privacy": "privacy", "server": "privacy", "offline": "working offline", "bigger_model": "bigger models", "memory_needed": "bigger models", "which_models": "bigger models", "code": "code", "haiku": "poems", "poem": "poems",
             "joke": "jokes", "who_are_you": "me", "your_size": "me", "your_name": "me", "who_made_you": "me", "abilities": "me", "feelings": "me", "languages": "languages", "browsers": "browsers", "your_licence": "me"}
LAST_TOPICS = {"sum": "sums", "story": "stories", "unknown": "something that I do not know"}


def topic_of(last):
    """What a summary calls the thing last asked about; nothing for small talk."""
    if not hasattr(last, "id"):
        return LAST_TOPICS.get(last, "")
    for id, topic in ID_TOPICS.items():
        if last.id == id or last.id.startswith(id + "_"):
            return topic
    return GROUP_TOPICS.get(last.group, "")


def listed(topics):
    return topics[0] if len(topics) == 1 else ", ".join(topics[:-1]) + " and " + topics[-1]


def first_sentence(text):
    match = re.match(r"(.+?[a-z0-9)`*][.!?])(\s|$)", text, re.S)
    return match.group(1) if match else text


def answer_to(id):
    return intent_of(id).answers[0]


def answer_of(kind, last, said, topics):
    """The answer to a follow-up of a kind. `said` is the last answer, `topics` what was asked about, in order."""
    if kind == "language":
        return answer_to("languages_no")
    if kind == "sure":
        return PROOF if hasattr(last, "id") and last.id.split("_")[0] in ("privacy", "server") else answer_to("wrong_answers_no")
    if kind in ("summary", "asked", "first") and not topics:
        return NOTHING_YET
    if kind == "summary":
        return f"We talked about {listed(list(dict.fromkeys(topics)))}."
    if kind in ("asked", "first"):
        return f"You asked about {topics[0 if kind == 'first' else -1]}."
    if kind == "again":
        return said
    drawn = "\n" in said or "**" in said  # lists, tables, code and verse stay whole
    if kind == "bold":
        return "**" + first_sentence(said) + "**" if not drawn else answer_to("bold")
    short = first_sentence(said)
    return short if short != said and not drawn else SHORT_ALREADY
