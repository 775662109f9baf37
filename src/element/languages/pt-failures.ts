// Portuguese: the cards of failures.

import type { FailureStrings } from "./en-failures.ts";

const aName = "Ele se escreve dono/nome, como no endereço da página do modelo.";
const whereTokensAre =
  "Tokens são criados nas configurações do Hub, em “Access Tokens”; basta um com permissão de leitura.";
const expectedBelow = "O que se esperava está indicado abaixo.";
const otherCompiler =
  "Não há nada de errado com o modelo. Atualize o navegador e o driver de vídeo, ou experimente outro navegador: cada um traz seu próprio compilador.";
const whatThereIs =
  "A página dele mostra o que há: branches e commits para uma versão, depois de um @; arquivos e pastas, depois do nome.";

export const failures: FailureStrings = {
  noWeights: {
    title: "Não há aqui pesos que o pronk consiga ler",
    text: "Ele lê safetensors, GGUF, pytorch_model.bin, os consolidated.00.pth da Meta e os .bin do llama2.c, na mesma pasta que a configuração deles.",
  },
  modelUnsupported: {
    title: "Este modelo não roda aqui",
    text: "O pronk roda modelos da família Llama 2. O que não serviu está indicado abaixo; outro modelo talvez sirva.",
  },
  webgpuMissing: {
    title: "O WebGPU não está disponível aqui",
    text:
      "O pronk roda os modelos na GPU, por meio do WebGPU. O Chrome e o Edge o têm desde a versão 113, o Safari desde a 26, o " +
      "Firefox desde a 141 no Windows e a 145 nos chips da Apple. A página precisa vir por https ou de localhost. " +
      "Se o seu navegador é novo o bastante, veja se a aceleração de hardware está desligada nas configurações.",
  },
  adapterMissing: {
    title: "O navegador não dá acesso à GPU",
    text:
      "Não há nada de errado com o modelo. Veja se a aceleração de hardware (ou de vídeo) está ligada nas configurações do " +
      "navegador, reinicie-o e atualize o driver de vídeo. Uma área de trabalho remota ou máquina virtual muitas vezes não " +
      "tem GPU; no Linux, pode ser preciso ativar o WebGPU em chrome://flags.",
  },
  adapterTooSmall: {
    title: "Este modelo é grande demais para esta GPU",
    text: "Escolha um modelo menor, ou um com menos bits por peso.",
  },
  wrongNumbers: {
    title: "Os números do modelo saíram errados",
    text:
      "O arquivo dele leva a isso, ou esta GPU calcula errado; por isso não há resposta. Experimente outro navegador; se não " +
      "mudar nada, use outro arquivo do modelo.",
  },
  lostOnTheWay: {
    title: "A GPU não recebeu o que lhe foi enviado",
    text:
      "Algo se perdeu ou foi alterado no caminho, e isso foi percebido antes de causar dano. Tente de novo; se voltar a acontecer, reinicie o " +
      "navegador, atualize o driver de vídeo ou experimente outro navegador.",
  },
  commandRefused: { title: "O driver de vídeo recusou um comando", text: otherCompiler },
  shaderRefused: { title: "O driver de vídeo recusou um programa", text: otherCompiler },
  storageMissing: {
    title: "O navegador não guarda nada para esta página",
    text: "Uma janela anônima ou uma configuração pode proibir isso. O modelo roda mesmo assim, mas será baixado a cada vez.",
  },
  integrity: {
    title: "Alguns bytes chegaram danificados",
    text: "A parte danificada foi descartada. Ao tentar de novo, só essa parte é baixada.",
  },
  storageFull: (needed, available) => ({
    title: "O armazenamento do navegador está cheio",
    text:
      (needed === undefined
        ? "Não há espaço para este modelo."
        : `Este modelo precisa de ${needed}${available === undefined ? "" : `, e há ${available} livres`}.`) +
      " O que chegou fica guardado. Exclua outro modelo, libere espaço neste dispositivo ou rode-o sem salvar: nesse caso ele é baixado a cada vez.",
  }),
  format: {
    title: "Um arquivo deste modelo não está como deveria",
    text: "O arquivo e o campo estão indicados abaixo. Pergunte a quem publicou o modelo, ou escolha outro.",
  },
  outOfMemory: {
    title: "Este modelo é grande demais para este dispositivo",
    text: "Escolha um modelo menor, ou feche outras abas e programas que usam a GPU e tente de novo.",
  },
  outOfMemoryWithOffers: {
    title: "Isto precisa de mais memória do que a GPU oferece",
    text: "O mesmo modelo pode rodar com menos. Sua conversa fica.",
  },
  deviceLost: {
    title: "A GPU deixou de estar disponível",
    text: "A reinicialização de um driver, a suspensão ou outro programa pode causar isso. Sua conversa continua aqui.",
  },
  engineNotStarted: {
    title: "A página não conseguiu iniciar o motor",
    text:
      "O arquivo do worker não foi encontrado, ou a política da página o proíbe. Recarregue a página; se não ajudar, quem " +
      "cuida dela pode resolver como dito abaixo.",
  },
  engineStopped: {
    title: "O motor parou",
    text: "O worker dele terminou. Sua conversa continua aqui; ao tentar de novo, ele é reiniciado.",
  },
  leaderClosed: {
    title: "A aba que rodava o modelo foi fechada",
    text: "Esta aba assume em um instante, e o que havia chegado fica guardado.",
  },
  contextFull: { title: "Isto é longo demais para o modelo", text: "Encurte a mensagem ou comece uma nova conversa." },
  message: { title: "O modelo não aceita esta mensagem", text: "Mude a mensagem e envie-a de novo." },
  noModelName: { title: "Isto não indica nenhum modelo", text: expectedBelow },
  noSuchWeights: { title: "O modelo não tem esses pesos", text: expectedBelow },
  setting: { title: "Uma configuração desta página não serve", text: expectedBelow },
  unknownName: (repository, hasToken) => ({
    title: `O Hub não mostra nenhum modelo ${repository}`,
    text:
      `Confira primeiro o nome. ${aName} ` +
      (hasToken
        ? "Se estiver certo, o modelo é privado e a conta do seu token não pode vê-lo."
        : `Se estiver certo, o modelo é privado: informe um token de uma conta que possa vê-lo. ${whereTokensAre}`),
  }),
  gated: (hasToken) => ({
    title: "O Hub ainda não libera este modelo",
    text: hasToken
      ? "Seu token é conhecido lá, mas a conta dele não recebeu acesso a este modelo, ou ele não pode ler modelos restritos. " +
        "Peça acesso na página do modelo, ou informe outro token."
      : `O acesso a ele é restrito. Aceite os termos na página do modelo e depois informe um token dessa conta. ${whereTokensAre}`,
  }),
  tokenRefused: {
    title: "O Hub não aceita este token",
    text: `Ele pode estar digitado errado, vencido ou revogado. ${whereTokensAre}`,
  },
  unauthorized: (repository) => ({
    title: `O Hub não libera ${repository}`,
    text:
      "Sem um token ele não diz por quê: o nome pode estar digitado errado, ou o modelo é restrito ou privado. " +
      `Confira primeiro o nome. ${aName} Se estiver certo, peça acesso na página do modelo e informe um token.`,
  }),
  noSuchFile: { title: "O modelo não tem esse arquivo", text: whatThereIs },
  noSuchVersion: { title: "O modelo não tem essa versão", text: whatThereIs },
  addressRefused: {
    title: "O servidor não libera isto",
    text: "Ele pede uma permissão, e um token só vai para o Hub. Use um endereço que seja público.",
  },
  nothingThere: {
    title: "Não há nenhum modelo neste endereço",
    text: "O endereço precisa ser o da pasta que tem config.json e os pesos, ou o de um arquivo de pesos.",
  },
  busy: {
    title: "O servidor pede menos solicitações",
    text: "Espere alguns minutos e tente de novo. O que chegou fica guardado.",
  },
  serverFault: {
    title: "O servidor está com um problema",
    text: "Não há o que você possa fazer. Tente mais tarde; o que chegou fica guardado e continua dali.",
  },
  forbiddenByPage: {
    title: "Esta página não pode baixar de lá",
    text: "A política de segurança dela não inclui o endereço. Quem cuida da página pode permiti-lo, como dito abaixo.",
  },
  partMissing: {
    title: "Falta uma parte do aplicativo",
    text: "Ela é baixada quando um modelo precisa dela. Tente de novo; se não ajudar, a página foi atualizada nesse meio-tempo: recarregue-a.",
  },
  interrupted: {
    title: "O download foi interrompido",
    text: "O que chegou fica guardado; ao tentar de novo, continua dali. Verifique a conexão.",
  },
  offline: {
    title: "Não foi possível baixar o modelo",
    text: "Parece que você está sem conexão. Os modelos salvos neste dispositivo iniciam sem rede.",
  },
  unknown: {
    title: "Algo deu errado",
    text: "Isto não deveria acontecer. Recarregar a página pode ajudar; a conversa fica onde a página a guarda.",
  },
  modelPage: "Página do modelo",
  searchHub: "Buscar no Hub",
  smallerSetup: (changes, size) => {
    const text = changes.join(", ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}: ${size}`;
  },
  shorterContext: (positions) => `contexto ${positions}`,
  cacheIn: { f32: "cache em 32 bits", f16: "cache em 16 bits", q8: "cache em 8 bits" },
  weightsIn: { none: "pesos como publicados", q8: "pesos em 8 bits", q4: "pesos em 4 bits" },
  smallerSetups: "Rodar com menos",
  deleteModel: (model, size) => `Excluir ${model}: libera ${size}`,
  deleteModels: "Abrir espaço",
  withoutStore: "Rodar sem salvar",
};
