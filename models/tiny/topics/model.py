"""What the model knows about language models: tokens, attention, the KV cache, sampling, and so on."""
from intents import define

G = "model"

define(G, "token", "a token|tokens|token|a token in a language model",
  "A token is a piece of text, often a word or a part of a word. A language model reads and writes text token by token.",
  train=["how long is a token", "is a token a word", "how many {tokens|letters} are in a {word|token}", "why tokens", "what are tokens {for|made of}"],
  held=["is one word one token", "what units does a model read"],
  more="I know 2048 different tokens; Llama 2 knows 32000. Rare words are spelled with several tokens.", weight=1.3)

define(G, "tokenizer", "a tokenizer|the tokenizer|tokenization|sentencepiece|bpe|byte pair encoding|tokenizers",
  "A tokenizer cuts text into tokens and gives each one a number. Llama 2 uses SentencePiece with byte pair encoding: frequent pairs of letters are joined step by step.",
  train=["how does {a tokenizer|the tokenizer|tokenization|bpe} work", "what does a tokenizer do", "how is text {turned into|cut into|split into} {tokens|numbers}", "why is there a tokenizer", "which tokenizer do you use"],
  held=["how does text become numbers", "who cuts my words into tokens"],
  more="A letter that is not in the vocabulary is written as bytes, so any text can be read, even an emoji.")

define(G, "kv_cache", "the kv cache|a kv cache|kv cache|key value cache|kv caching|the key-value cache",
  "The KV cache keeps the keys and values of all earlier tokens, so that each new token only has to compute its own. Without it the model would start over at every token.",
  train=["why {a kv cache|is there a kv cache|do you need a kv cache}", "how does the kv cache work", "what does the kv cache {do|hold|store}", "how big is the kv cache", "what does kv {mean|stand for}", "what is kept in the cache"],
  held=["what is the key value cache good for", "where does a model keep its earlier keys and values"],
  more="It grows with the length of the chat. For Llama 2 7B it takes half a megabyte per token in 16 bits.",
  why="It saves a great deal of work: earlier tokens never have to be computed again.", weight=1.3)

define(G, "attention", "attention|self-attention|the attention mechanism|an attention head|attention heads|self attention",
  "Attention lets each token look back at the earlier tokens and take what matters from them. Each head looks for something different.",
  train=["how does attention work", "what does attention do", "why attention", "what are {queries, keys and values|keys and values|attention heads}", "what are heads"],
  held=["how does one token look at another", "which part of a model connects the words with each other"],
  more="Each token makes a query, a key and a value. The query is compared with all keys, and the best matching values are mixed together.", weight=1.2)

define(G, "gqa", "gqa|grouped-query attention|grouped query attention|kv heads",
  "In grouped-query attention several query heads share one head of keys and values. The KV cache gets smaller, and the quality stays nearly the same.",
  train=["why gqa", "how does gqa work", "does llama 2 use gqa", "what does gqa {mean|stand for}"], held=["gqa stands for what", "why do heads share keys and values"],
  more="Llama 2 70B has 64 query heads and 8 heads of keys and values. I have 6 and 2.")

define(G, "context_length", "the context length|context length|the context window|context window|the context|context size|the context size",
  "The context length is the number of tokens that a model can see at once, question and answer together. Llama 2 can see 4096; I can see 512.",
  train=["how long is {the|your} context{| length| window}", "how much can you {remember|read|see}{| at once}", "how many tokens can {you|llama 2} {see|read|remember|handle}", "how long can {my question|the chat|a chat|a conversation} be", "what happens when the context is full", "do you {forget|remember} {our chat|earlier messages|what i said|things}", "how long is your memory", "what is your context {length|window|size}"],
  held=["how far back can you look", "is there a limit to the length of our talk"],
  more="When the context is full, the oldest part of a chat has to go, and the model cannot see it any more.", weight=1.2)

define(G, "rope", "rope|rotary position embedding|rotary embeddings|rotary positions|rotary position embeddings|position embeddings",
  "RoPE tells the model where each token stands: queries and keys are rotated by an angle that grows with the position. So attention sees how far apart two tokens are.",
  train=["how does rope work", "why rope", "what does rope {mean|stand for}", "how does the model know the {order|position} of {words|tokens|the words|the tokens}"],
  held=["rope stands for what", "how are positions encoded"],
  more="The dimensions are turned in pairs, the first ones quickly and the last ones slowly, like the hands of many clocks.")

define(G, "temperature", "temperature|the temperature|the temperature setting|sampling temperature",
  "Temperature says how bold the choice of the next token is. At 0 the most likely token always wins; near 1 the answers are more varied and less certain.",
  train=["what does temperature do", "which temperature should i use", "what temperature {is best|is good|do you use}", "what happens with {a high|a low} temperature", "how do i make the answers {more creative|less random|more random|the same each time}", "what does temperature 0 mean", "why are your answers {random|different each time}"],
  held=["which knob makes the output more random", "what changes when i raise the temperature"],
  more="The scores of all tokens are divided by the temperature before they become probabilities.", weight=1.2)

define(G, "top_p", "top-p|top p|nucleus sampling|top_p|the top-p setting|top-p sampling",
  "With top-p the model picks only among the most likely tokens that together reach the probability p, such as 0.9. The unlikely rest is left out.",
  train=["what does top-p do", "which top-p should i use", "how does {top-p|nucleus sampling} work", "what does top p 0.9 mean", "what is the difference between temperature and top-p"],
  held=["top p equals 0.9, what does that do", "how does nucleus sampling choose"],
  more="It keeps the text sensible: strange words are cut off, and there is still some variety.", weight=1.1)

define(G, "sampling", "sampling|a sampler|the sampler|greedy decoding|sampling in language models",
  "Sampling is how the next token is chosen from the probabilities. Greedy decoding takes the most likely one; with temperature and top-p a little chance comes in.",
  train=["how is the next {token|word} chosen", "how do you {pick|choose} the next {token|word}", "what is greedy", "what does the sampler do"], held=["how do you decide which word comes next", "what is the greedy way to pick tokens"],
  more="Greedy answers are the same every time. A little chance makes longer texts more lively.")

define(G, "language_model", "a language model|language models|an llm|llm|llms|a large language model|large language models",
  "A language model is a program that has learned from much text which token is likely to come next. By choosing one token after another it writes answers.",
  train=["how does {a language model|an llm|a model} work", "what does llm {mean|stand for}", "what does a language model do", "how do language models {write|think|answer}", "do language models {think|understand|know things}", "how do you {think|write|talk}"],
  held=["llm stands for what", "how can a machine write sentences"],
  more="Inside, every token becomes a list of numbers. Layer after layer changes these numbers, and the last one gives a score for each possible next token.", weight=1.3)

define(G, "weights", "weights|the weights|parameters|the parameters of a model|model weights|a parameter|a weight",
  "Weights, also called parameters, are the numbers that a model has learned. Llama 2 7B has about 6.7 billion of them; I have about 4 million.",
  train=["how many {weights|parameters} does llama 2 have", "what are parameters", "what does 7b mean", "what are the weights {for|of a model}", "what does {7b|13b|70b} {mean|stand for}"],
  held=["what are the numbers inside a model called", "what is meant by 7b"],
  more="They sit in large tables called matrices. Running a model means multiplying vectors with these tables again and again.")

define(G, "transformer", "a transformer|transformers|the transformer|the transformer architecture|a transformer model",
  "A transformer is the design behind most language models: layers of attention and feed-forward networks, stacked one on another.",
  train=["how does a transformer work", "what is inside a transformer", "why are they called transformers", "how many layers do you have"], held=["which design do most language models use", "what are transformer layers made of"],
  more="I have 9 such layers, and Llama 2 7B has 32. The plan is the same.")

define(G, "prefill", "prefill|prefill and decode|the prefill|decoding|decode|prompt processing",
  "Prefill reads your whole prompt at once; decode then writes the answer one token at a time. Prefill is limited by arithmetic, decode by memory speed.",
  train=["why is the first token slow", "what is the difference between prefill and decode", "why does it take a moment before {you answer|the answer starts}"], held=["what happens before the first token comes out"],
  more="All tokens of the prompt can be computed side by side. New tokens cannot, since each depends on the one before.")

define(G, "embedding", "an embedding|embeddings|token embeddings|the embedding table|embedding",
  "An embedding is the list of numbers that stands for a token inside the model. Tokens with a similar meaning get similar lists.",
  train=["how long is an embedding", "what do embeddings do", "why embeddings"], held=["how does a model represent a token inside"],
  more="Mine have 192 numbers per token, those of Llama 2 7B have 4096.")

define(G, "rmsnorm", "rmsnorm|rms norm|normalization|layer norm|the norm",
  "RMSNorm keeps the numbers in a layer at a steady size: it divides them by the root of their mean square and then multiplies them with a learned weight.",
  train=["why rmsnorm", "how does rmsnorm work"], held=["how are values kept at a steady size in each layer"],
  more="Without it, values would grow or shrink from layer to layer until the model breaks.")

define(G, "swiglu", "swiglu|silu|the feed-forward network|the feed-forward layer|the mlp|feed forward",
  "SwiGLU is the feed-forward part of a Llama layer: one projection passes through the SiLU function, is multiplied with a second one, and a third leads back.",
  train=["how does swiglu work", "why swiglu", "what does the feed-forward {part|network|layer} do"], held=["which activation is in the feed-forward part of llama"],
  more="Most weights of a model sit in this part. Much of what a model knows is stored there.")

define(G, "softmax", "softmax|the softmax|logits|a softmax|probabilities",
  "The model gives each token a score, called a logit. Softmax turns these scores into probabilities that add up to 1.",
  train=["what does softmax do", "what are logits", "how does softmax work"], held=["how do scores become probabilities"],
  more="A higher score gets a much higher probability, because softmax uses the exponential function.")

define(G, "prompt", "a prompt|prompts|the prompt|a system prompt|the system prompt|system prompt",
  "A prompt is the text that a model gets to read before it answers. A system prompt comes first and says how the model should behave.",
  train=["how do i write a {good |}prompt", "what is the system prompt for", "what does a system prompt do", "how does the [inst] form work", "what is prompting"], held=["what is the text called that i give to a model"],
  more="Llama 2 puts each question between `[INST]` and `[/INST]`. The page does that for you.")

define(G, "training", "training|training a model|how models are trained|model training|machine learning|deep learning|pretraining",
  "Training means showing a model much text and changing its weights a little each time, so that it predicts the next token better.",
  train=["how {is|are} {a model|models|language models|an llm} {trained|made}", "how does a model learn", "how do models learn", "can i train a model {here|with pronk|in the browser}"], held=["in what way does a model learn from text"],
  more="pronk does not train; it only runs a model that is already trained. That is called inference.")

define(G, "inference", "inference|an inference engine|inference engine|running a model|model inference",
  "Inference means running a trained model to get answers. An inference engine, such as pronk, is the program that does it.",
  train=["what does an inference engine do", "what is the difference between training and inference"], held=["what do you call it when a trained model runs"],
  more="For each token the engine passes the numbers through all layers of the model and picks the next token from the result.")

define(G, "ai", "ai|artificial intelligence|a neural network|neural networks",
  "Artificial intelligence is the art of making machines do things that seem to need a mind. Neural networks do it by learning numbers from examples.",
  train=["is {ai|artificial intelligence} {dangerous|good|bad|real|smart}", "what does ai {mean|stand for}", "how does ai work", "what do you think {about|of} ai"], held=["how do machines get smart"],
  more="A language model is one kind of artificial intelligence. I am a very small example.")

define(G, "matrix_multiplication", "matrix multiplication|a matrix product|a matrix|matrices|matmul",
  "A matrix is a table of numbers. Multiplying a vector with a matrix mixes all its values, and almost all the work of a language model is just that.",
  train=["why matrix multiplication", "how does matrix multiplication work", "what is most of the work of a model"], held=["what sum does a model do most of the time"],
  more="Each number of the result is a sum of products, and all of them can be computed at the same time. That suits a graphics card.")
