// French: the cards of failures.

import type { FailureStrings } from "./en-failures.ts";

const aName = "Il s’écrit propriétaire/nom, comme dans l’adresse de la page du modèle.";
const whereTokensAre =
  "Les jetons se créent dans les réglages du Hub, sous « Access Tokens » ; un jeton en lecture suffit.";
const expectedBelow = "Ce qui était attendu est indiqué ci-dessous.";
const otherCompiler =
  "Le modèle n’est pas en cause. Mettez à jour le navigateur et le pilote graphique, ou essayez un autre navigateur : chacun apporte son propre compilateur.";
const whatThereIs =
  "Sa page montre ce qu’il y a : branches et commits pour une version, après un @ ; fichiers et dossiers après le nom.";

export const failures: FailureStrings = {
  noWeights: {
    title: "Il n’y a pas ici de poids que pronk sache lire",
    text: "Il lit safetensors, GGUF, pytorch_model.bin, les consolidated.00.pth de Meta et les .bin de llama2.c, dans le même dossier que leur configuration.",
  },
  modelUnsupported: {
    title: "Ce modèle ne fonctionne pas ici",
    text: "pronk exécute les modèles de la famille Llama 2. Ce qui ne convenait pas est indiqué ci-dessous ; un autre modèle conviendra peut-être.",
  },
  webgpuMissing: {
    title: "WebGPU n’est pas disponible ici",
    text:
      "pronk exécute les modèles sur le GPU, par WebGPU. Chrome et Edge l’ont depuis la version 113, Safari depuis la 26, " +
      "Firefox depuis la 141 sous Windows et la 145 sur les puces Apple. La page doit venir par https ou de localhost. " +
      "Si votre navigateur est assez récent, voyez si l’accélération matérielle est désactivée dans ses réglages.",
  },
  adapterMissing: {
    title: "Le navigateur ne donne pas accès au GPU",
    text:
      "Le modèle n’est pas en cause. Voyez si l’accélération matérielle (ou graphique) est activée dans les réglages du " +
      "navigateur, redémarrez-le et mettez à jour le pilote graphique. Un bureau à distance ou une machine virtuelle n’a " +
      "souvent pas de GPU ; sous Linux, il faut parfois activer WebGPU dans chrome://flags.",
  },
  adapterTooSmall: {
    title: "Ce modèle est trop gros pour ce GPU",
    text: "Choisissez un modèle plus petit, ou un modèle avec moins de bits par poids.",
  },
  wrongNumbers: {
    title: "Les calculs du modèle sont faux",
    text:
      "Son fichier en est la cause, ou ce GPU calcule mal ; il n’y a donc pas de réponse. Essayez un autre navigateur ; si " +
      "cela ne change rien, prenez un autre fichier du modèle.",
  },
  lostOnTheWay: {
    title: "Le GPU n’a pas reçu ce qui lui a été envoyé",
    text:
      "Quelque chose s’est perdu ou a été altéré en chemin, et cela a été remarqué avant de pouvoir nuire. Réessayez ; si cela se reproduit, " +
      "redémarrez le navigateur, mettez à jour le pilote graphique ou essayez un autre navigateur.",
  },
  commandRefused: { title: "Le pilote graphique a refusé une commande", text: otherCompiler },
  shaderRefused: { title: "Le pilote graphique a refusé un programme", text: otherCompiler },
  storageMissing: {
    title: "Le navigateur ne conserve rien pour cette page",
    text: "Une fenêtre privée ou un réglage peut l’interdire. Le modèle fonctionne quand même, mais sera téléchargé à chaque fois.",
  },
  integrity: {
    title: "Des octets sont arrivés endommagés",
    text: "La partie endommagée a été jetée. Un nouvel essai ne télécharge que cette partie.",
  },
  storageFull: (needed, available) => ({
    title: "Le stockage du navigateur est plein",
    text:
      (needed === undefined
        ? "Il n’y a pas de place pour ce modèle."
        : `Ce modèle a besoin de ${needed}${available === undefined ? "" : `, et ${available} sont libres`}.`) +
      " Ce qui est arrivé est conservé. Supprimez un autre modèle, libérez de l’espace sur cet appareil ou exécutez-le sans l’enregistrer : il sera alors téléchargé à chaque fois.",
  }),
  format: {
    title: "Un fichier de ce modèle n’est pas comme il devrait",
    text: "Le fichier et le champ sont indiqués ci-dessous. Demandez à qui a publié le modèle, ou choisissez-en un autre.",
  },
  outOfMemory: {
    title: "Ce modèle est trop gros pour cet appareil",
    text: "Choisissez un modèle plus petit, ou fermez d’autres onglets et programmes qui utilisent le GPU, puis réessayez.",
  },
  outOfMemoryWithOffers: {
    title: "Il faut plus de mémoire que le GPU n’en donne",
    text: "Le même modèle peut fonctionner avec moins. Votre conversation est conservée.",
  },
  deviceLost: {
    title: "Le GPU n’est plus disponible",
    text: "Le redémarrage d’un pilote, la mise en veille ou un autre programme peut en être la cause. Votre conversation est toujours là.",
  },
  engineNotStarted: {
    title: "La page n’a pas pu démarrer le moteur",
    text:
      "Le fichier de son worker est introuvable, ou la politique de la page l’interdit. Rechargez la page ; si cela n’aide " +
      "pas, la personne qui s’en occupe peut y remédier comme indiqué ci-dessous.",
  },
  engineStopped: {
    title: "Le moteur s’est arrêté",
    text: "Son worker a pris fin. Votre conversation est toujours là ; un nouvel essai le relance.",
  },
  leaderClosed: {
    title: "L’onglet qui exécutait le modèle a été fermé",
    text: "Cet onglet prend le relais dans un instant, et ce qui était arrivé est conservé.",
  },
  contextFull: {
    title: "C’est trop long pour le modèle",
    text: "Raccourcissez le message ou commencez une nouvelle discussion.",
  },
  message: {
    title: "Le modèle ne peut pas prendre ce message",
    text: "Modifiez le message et envoyez-le à nouveau.",
  },
  noModelName: { title: "Ceci ne désigne aucun modèle", text: expectedBelow },
  noSuchWeights: { title: "Le modèle n’a pas ces poids", text: expectedBelow },
  setting: { title: "Un réglage de cette page ne convient pas", text: expectedBelow },
  unknownName: (repository, hasToken) => ({
    title: `Le Hub ne montre aucun modèle ${repository}`,
    text:
      `Vérifiez d’abord le nom. ${aName} ` +
      (hasToken
        ? "S’il est juste, le modèle est privé et le compte de votre jeton n’a pas le droit de le voir."
        : `S’il est juste, le modèle est privé : donnez le jeton d’un compte qui a le droit de le voir. ${whereTokensAre}`),
  }),
  gated: (hasToken) => ({
    title: "Le Hub ne délivre pas encore ce modèle",
    text: hasToken
      ? "Votre jeton y est connu, mais son compte n’a pas reçu l’accès à ce modèle, ou le jeton ne peut pas lire les modèles " +
        "à accès restreint. Demandez l’accès sur la page du modèle, ou donnez un autre jeton."
      : `Son accès est restreint. Acceptez ses conditions sur la page du modèle, puis donnez un jeton de ce compte. ${whereTokensAre}`,
  }),
  tokenRefused: {
    title: "Le Hub n’accepte pas ce jeton",
    text: `Il est peut-être mal saisi, expiré ou révoqué. ${whereTokensAre}`,
  },
  unauthorized: (repository) => ({
    title: `Le Hub ne délivre pas ${repository}`,
    text:
      "Sans jeton, il ne dit pas pourquoi : le nom est peut-être mal saisi, ou le modèle est privé ou à accès restreint. " +
      `Vérifiez d’abord le nom. ${aName} S’il est juste, demandez l’accès sur la page du modèle et donnez un jeton.`,
  }),
  noSuchFile: { title: "Le modèle n’a pas ce fichier", text: whatThereIs },
  noSuchVersion: { title: "Le modèle n’a pas cette version", text: whatThereIs },
  addressRefused: {
    title: "Le serveur ne délivre pas cela",
    text: "Il demande une autorisation, et un jeton ne va qu’au Hub. Utilisez une adresse publique.",
  },
  nothingThere: {
    title: "Il n’y a pas de modèle à cette adresse",
    text: "Ce doit être celle du dossier qui contient config.json et les poids, ou celle d’un fichier de poids.",
  },
  busy: {
    title: "Le serveur demande moins de requêtes",
    text: "Attendez quelques minutes, puis réessayez. Ce qui est arrivé est conservé.",
  },
  serverFault: {
    title: "Le serveur a un problème",
    text: "Vous n’y pouvez rien. Réessayez plus tard ; ce qui est arrivé est conservé, et la suite reprendra de là.",
  },
  forbiddenByPage: {
    title: "Cette page n’a pas le droit de télécharger depuis là",
    text: "Sa politique de sécurité ne mentionne pas l’adresse. La personne qui s’occupe de la page peut l’autoriser, comme indiqué ci-dessous.",
  },
  partMissing: {
    title: "Une partie de l’application manque",
    text: "Elle est téléchargée quand un modèle en a besoin. Réessayez ; si cela n’aide pas, la page a été mise à jour entre-temps : rechargez-la.",
  },
  interrupted: {
    title: "Le téléchargement a été interrompu",
    text: "Ce qui est arrivé est conservé ; un nouvel essai reprend de là. Vérifiez la connexion.",
  },
  offline: {
    title: "Le modèle n’a pas pu être téléchargé",
    text: "Vous semblez être hors ligne. Les modèles enregistrés sur cet appareil démarrent sans réseau.",
  },
  unknown: {
    title: "Quelque chose s’est mal passé",
    text: "Cela ne devrait pas arriver. Recharger la page peut aider ; la conversation est conservée là où la page la garde.",
  },
  modelPage: "Page du modèle",
  searchHub: "Chercher sur le Hub",
  smallerSetup: (changes, size) => {
    const text = changes.join(", ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)} : ${size}`;
  },
  shorterContext: (positions) => `contexte ${positions}`,
  cacheIn: { f32: "cache en 32 bits", f16: "cache en 16 bits", q8: "cache en 8 bits" },
  weightsIn: { none: "poids tels que publiés", q8: "poids en 8 bits", q4: "poids en 4 bits" },
  smallerSetups: "Exécuter avec moins",
  deleteModel: (model, size) => `Supprimer ${model} : libère ${size}`,
  deleteModels: "Faire de la place",
  withoutStore: "Exécuter sans enregistrer",
};
